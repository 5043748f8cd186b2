import { describe, expect, it } from 'vitest';
import { kodiSource, mountCommand, rcloneRemote, shellCommand } from '../../src/web/client/setup/setup.ts';
import { StatusHistory } from '../../src/web/client/status/history.ts';

const FILL = { bytes: 0, budgetBytes: 1 };

function status(second: number, memory: number, disk: number, upstream: number) {
  const at = new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
  return { at, cache: { memory: FILL, disk: null, read: { memory, disk, upstream } } };
}

describe('the history of the status', () => {
  it('gives the rate and the share from the cache between looks, not since the start', () => {
    const history = new StatusHistory(10);
    history.add(status(0, 100, 100, 800));
    history.add(status(2, 200, 200, 1000));
    expect(history.samples).toEqual([{ rate: 200, hitShare: 0.5 }]);
  });

  it('knows no share while nothing is read', () => {
    const history = new StatusHistory(10);
    history.add(status(0, 1, 1, 1));
    history.add(status(1, 1, 1, 1));
    expect(history.samples).toEqual([{ rate: 0, hitShare: null }]);
  });

  it('begins anew, without a negative rate, when the bridge has started again', () => {
    const history = new StatusHistory(10);
    history.add(status(0, 500, 0, 0));
    history.add(status(1, 0, 0, 0));
    expect(history.samples).toEqual([]);
    history.add(status(2, 10, 0, 0));
    expect(history.samples).toEqual([{ rate: 10, hitShare: 1 }]);
  });

  it('keeps no more than its length', () => {
    const history = new StatusHistory(3);
    for (let second = 0; second < 10; second += 1) history.add(status(second, second, 0, 0));
    expect(history.samples).toHaveLength(3);
  });
});

describe('what the set-up page gives to copy', () => {
  const setup = {
    address: 'http://nas:8787/',
    isPublicUrlSet: true,
    tokenNeeded: true,
    writable: false,
    strmDirectories: [],
    mountPoint: '/mnt/1fichier',
    rcloneArguments: ['mount', ':webdav:', '/mnt/my films', '--config', '', '--read-only'],
  };

  it('is quoted for a shell', () => {
    expect(shellCommand(['a', "it's", '', '--flag', '$(rm)'])).toBe("a 'it'\\''s' '' \\\n  --flag '$(rm)'");
    expect(mountCommand(setup)).toBe(
      `RCLONE_WEBDAV_BEARER_TOKEN="$BRIDGE_TOKEN" rclone mount :webdav: '/mnt/my films' \\\n  --config '' \\\n  --read-only`,
    );
  });

  it('names the token without knowing it', () => {
    expect(rcloneRemote(setup)).toContain('bearer_token = the value of BRIDGE_TOKEN');
    expect(kodiSource(setup)).toContain('dav://bridge:BRIDGE_TOKEN@nas:8787/dav/');
    expect(rcloneRemote({ ...setup, tokenNeeded: false })).not.toContain('token');
  });
});
