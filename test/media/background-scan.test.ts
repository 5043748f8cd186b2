import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import type { ApiBudget } from '../../src/fichier/api.ts';
import type { FileEntry } from '../../src/library/entry.ts';
import type { ChangeSet } from '../../src/library/library.ts';
import { BackgroundScan } from '../../src/media/background-scan.ts';
import type { MediaInfo } from '../../src/media/media-info.ts';
import { mediaSchema, MediaTable } from '../../src/media/media-table.ts';
import { openDatabase, type Database } from '../../src/store/database.ts';
import type { StreamStatus } from '../../src/streaming/streams.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { streamStatus } from '../support/fake-insight.ts';

const INFO: MediaInfo = {
  durationMs: 1000,
  container: 'mp3',
  bitRate: null,
  video: [],
  audio: [],
  subtitles: [],
};

function fileNamed(name: string, contentType = 'video/x-matroska'): FileEntry {
  return {
    kind: 'file',
    id: name,
    parentId: 0,
    name,
    remoteName: name,
    url: `https://1fichier.com/?${name}`,
    size: 1,
    version: '1',
    modifiedAt: 0,
    checksum: null,
    contentType,
  };
}

let database: Database;
let table: MediaTable;
let clock: FakeClock;
let files: FileEntry[];
let removed: string[];
let probed: string[];
let viewers: StreamStatus[];
let lockedUntil: number | null;
let failWith: BridgeError | null;
let changed: () => void;
const scans: BackgroundScan[] = [];

beforeEach(() => {
  database = openDatabase(':memory:', [mediaSchema]);
  table = new MediaTable(database);
  clock = new FakeClock();
  files = ['a.mkv', 'b.mkv', 'c.mkv'].map((name) => fileNamed(name));
  removed = [];
  probed = [];
  viewers = [];
  lockedUntil = null;
  failWith = null;
  changed = () => undefined;
});

afterEach(async () => {
  for (const scan of scans.splice(0)) await scan.stop();
  database.close();
});

function startScan(): BackgroundScan {
  const scan = new BackgroundScan({
    library: {
      changesSince: (cursor): ChangeSet => ({
        cursor: files.length,
        changed: files.slice(cursor).map((entry) => ({ entry, path: `/${entry.name}` })),
        removed,
        continuous: true,
      }),
      onChange: (listener) => {
        changed = () => listener({ folderIds: [0] });
        return () => undefined;
      },
    },
    media: {
      record: (file) => table.find(file),
      probe: (file, { priority }) => {
        expect(priority).toBe('prefetch');
        probed.push(file.name);
        if (failWith !== null) return Promise.reject(failWith);
        table.save(file, { info: INFO });
        return Promise.resolve(INFO);
      },
    },
    table,
    streams: { active: () => viewers },
    budget: (): ApiBudget => ({
      lockedUntil,
      lockReason: null,
      queued: { viewer: 0, browse: 0, crawl: 0, prefetch: 0 },
      callsPerSecond: 1,
      calls: {},
    }),
    clock,
    onFailure: () => undefined,
  });
  scans.push(scan);
  scan.start();
  return scan;
}

const VIEWER = streamStatus();

describe('the background scan', () => {
  it('looks into one file after the other, at a tenth of the pace the API stands', async () => {
    startScan();
    await clock.advance(0);
    expect(probed).toEqual(['a.mkv']);
    await clock.advance(9_000);
    expect(probed).toEqual(['a.mkv']);
    await clock.advance(1_000);
    expect(probed).toEqual(['a.mkv', 'b.mkv']);
    await clock.advance(60_000);
    expect(probed).toEqual(['a.mkv', 'b.mkv', 'c.mkv']);
  });

  it('passes over what is known already and what is no film or song', async () => {
    files = [fileNamed('a.mkv'), fileNamed('b.jpg', 'image/jpeg'), fileNamed('c.mp3', 'audio/mpeg')];
    table.save(fileNamed('a.mkv'), { info: INFO });
    startScan();
    await clock.advance(60_000);
    expect(probed).toEqual(['c.mp3']);
  });

  it('waits while somebody watches and while the API is locked', async () => {
    viewers = [VIEWER];
    lockedUntil = 1;
    startScan();
    await clock.advance(60_000);
    expect(probed).toEqual([]);
    viewers = [];
    await clock.advance(60_000);
    expect(probed).toEqual([]);
    lockedUntil = null;
    await clock.advance(5_000);
    expect(probed).toEqual(['a.mkv']);
  });

  it('goes on where it was after a restart', async () => {
    const first = startScan();
    await clock.advance(12_000);
    await first.stop();
    expect(probed).toEqual(['a.mkv', 'b.mkv']);
    startScan();
    await clock.advance(60_000);
    expect(probed).toEqual(['a.mkv', 'b.mkv', 'c.mkv']);
    expect(table.scanCursor).toBe(3);
  });

  it('looks into what is new when the library changes, and forgets what is gone', async () => {
    startScan();
    await clock.advance(120_000);
    files = [...files, fileNamed('d.mkv')];
    removed = ['a.mkv'];
    changed();
    await clock.advance(60_000);
    expect(probed).toEqual(['a.mkv', 'b.mkv', 'c.mkv', 'd.mkv']);
    expect(table.find(fileNamed('a.mkv'))).toBeNull();
  });

  it('stops for a while when the fault is not in the files, and then tries again', async () => {
    failWith = new BridgeError('upstream-unavailable', 'no answer');
    files = [...files, fileNamed('d.mkv')];
    startScan();
    await clock.advance(30 * 60_000);
    expect(probed).toEqual(['a.mkv', 'b.mkv', 'c.mkv']);
    failWith = null;
    await clock.advance(120 * 60_000);
    expect(probed.slice(3)).toEqual(['a.mkv', 'b.mkv', 'c.mkv', 'd.mkv']);
  });
});
