import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { rcloneArguments } from '../../src/mount/rclone-command.ts';

const bind = z.object({
  type: z.literal('bind'),
  source: z.string(),
  target: z.string(),
  read_only: z.boolean().optional(),
  bind: z.object({ propagation: z.string() }),
});
const dependent = z.object({
  profiles: z.array(z.string()),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })),
  volumes: z.array(z.union([z.string(), bind])),
});
const composeFile = z.object({
  services: z.object({
    mount: dependent.extend({
      command: z.tuple([z.string()]),
      healthcheck: z.object({ test: z.array(z.string()) }),
    }),
    jellyfin: dependent,
    plex: dependent,
  }),
});

const { mount, jellyfin, plex } = composeFile.parse(
  parse(readFileSync('docker-compose.yml', 'utf8')),
).services;

const args = rcloneArguments({ url: 'http://x/dav/', mountPoint: '/x', writable: false, allowOther: true });

/** The flags of rclone in a text, each with its value, in the order of the alphabet. */
function flagsIn(words: readonly string[]): string[] {
  return words
    .flatMap((word, index) => (word.startsWith('--') ? [[word, words[index + 1] ?? '']] : []))
    .map(([flag = '', next = '']) => (next.startsWith('--') ? flag : `${flag}=${next.replace('""', '')}`))
    .filter((flag) => !flag.startsWith('--webdav-url='))
    .sort();
}

function rcloneCommandIn(text: string): string[] {
  const command = /rclone mount :webdav: (?:.*\\\n)*.*/.exec(text)?.[0] ?? '';
  return command.replaceAll('\\\n', ' ').trim().split(/\s+/);
}

test('the mount container and the documents give rclone the flags that the mount command gives', () => {
  expect(flagsIn(rcloneCommandIn(mount.command[0]))).toEqual(flagsIn(args));
  const page = readFileSync('docs/jellyfin.md', 'utf8');
  expect(flagsIn(rcloneCommandIn(page))).toEqual(flagsIn(args));
});

test('every flag that tunes the mount is explained', () => {
  const page = readFileSync('docs/jellyfin.md', 'utf8');
  const told = ['--config', '--webdav-url', '--webdav-vendor'];
  for (const flag of args.filter((arg) => arg.startsWith('--') && !told.includes(arg))) {
    expect(page).toMatch(new RegExp(`^\\| \`${flag}[ \`]`, 'm'));
  }
});

test('media servers start when the mount shows, which starts when the bridge is healthy', () => {
  expect(mount.depends_on).toEqual({ bridge: { condition: 'service_healthy' } });
  for (const server of [jellyfin, plex]) {
    expect(server.depends_on).toEqual({ mount: { condition: 'service_healthy' } });
    expect(mount.profiles).toEqual(expect.arrayContaining(server.profiles));
  }
  expect(mount.healthcheck.test.join(' ')).toContain('fuse.rclone');
});

test('the mount goes out of its container and into those of the media servers, read-only', () => {
  const binds = (service: z.infer<typeof dependent>) =>
    service.volumes.filter((volume) => typeof volume !== 'string');
  const [shared] = binds(mount);
  expect(shared?.bind.propagation).toBe('rshared');
  for (const server of [jellyfin, plex]) {
    expect(binds(server)).toEqual([
      {
        type: 'bind',
        source: shared?.source,
        target: '/media',
        read_only: true,
        bind: { propagation: 'rslave' },
      },
    ]);
  }
});
