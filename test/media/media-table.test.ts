import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import type { AudioTrack, MediaInfo, SubtitleTrack, VideoTrack } from '../../src/media/media-info.ts';
import { mediaSchema, MediaTable } from '../../src/media/media-table.ts';
import { openDatabase } from '../../src/store/database.ts';

const video: VideoTrack = {
  index: 0,
  codec: 'h264',
  width: 1920,
  height: 1080,
  aspect: 1.778,
  frameRate: 25,
  hdr: null,
  transfer: null,
  pixelFormat: 'yuv420p',
};
const audio: AudioTrack = {
  index: 1,
  codec: 'aac',
  channels: 2,
  language: 'eng',
  title: null,
  isDefault: true,
};
const subtitle: SubtitleTrack = {
  index: 2,
  codec: 'subrip',
  language: null,
  title: 'Forced',
  isDefault: false,
  forced: true,
};
const INFO: MediaInfo = {
  durationMs: 5_400_000,
  container: 'matroska,webm',
  bitRate: 8_000_000,
  video: [video],
  audio: [audio],
  subtitles: [subtitle],
};

it('media information is kept for one version of a file, and failures with their reasons', () => {
  const database = openDatabase(':memory:', [mediaSchema]);
  const table = new MediaTable(database);
  expect(table.find({ id: 'a', version: '1' })).toBeNull();
  table.save({ id: 'a', version: '1' }, { info: INFO });
  table.save(
    { id: 'b', version: '1' },
    { failure: new BridgeError('media-unreadable', 'moov atom not found') },
  );
  expect(table.find({ id: 'a', version: '1' })).toEqual({ info: INFO });
  expect(table.find({ id: 'a', version: '2' })).toBeNull();
  expect(table.find({ id: 'b', version: '1' })).toMatchObject({
    failure: { kind: 'media-unreadable', message: 'moov atom not found' },
  });
  table.remove('a');
  expect(table.find({ id: 'a', version: '1' })).toBeNull();
  database.close();
});

it('what an older version of the program kept in another form counts as not known', () => {
  const database = openDatabase(':memory:', [mediaSchema]);
  database.exec(`INSERT INTO media (file_id, version, info) VALUES ('a', '1', '{"streams":[]}')`);
  expect(new MediaTable(database).find({ id: 'a', version: '1' })).toBeNull();
  database.close();
});

it('the place of the background scan outlives the table object', () => {
  const database = openDatabase(':memory:', [mediaSchema]);
  expect(new MediaTable(database).scanCursor).toBe(0);
  new MediaTable(database).scanCursor = 42;
  expect(new MediaTable(database).scanCursor).toBe(42);
  database.close();
});

it('what was kept when HDR had no kinds is still known, save for HDR itself, which is looked into again', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'media-table-')), 'bridge.db');
  try {
    const old = openDatabase(path, [{ ...mediaSchema, migrations: mediaSchema.migrations.slice(0, 1) }]);
    const insert = old.prepare('INSERT INTO media (file_id, version, info) VALUES (?, ?, ?)');
    const kept = (hdr: boolean): string => JSON.stringify({ ...INFO, video: [{ ...video, hdr }] });
    insert.run('sdr', '1', kept(false));
    insert.run('hdr', '1', kept(true));
    old.exec("INSERT INTO media_state VALUES ('scan-cursor', 7)");
    old.close();
    const database = openDatabase(path, [mediaSchema]);
    const table = new MediaTable(database);
    expect(table.find({ id: 'sdr', version: '1' })).toEqual({ info: INFO });
    expect(table.find({ id: 'hdr', version: '1' })).toBeNull();
    expect(table.scanCursor).toBe(0);
    expect(table.newsSince(-1)).toEqual({ cursor: 0, fileIds: ['sdr'] });
    database.close();
  } finally {
    rmSync(dirname(path), { recursive: true, force: true });
  }
});

it('tells what has been learned since one last asked, also after what was learned is gone', () => {
  const database = openDatabase(':memory:', [mediaSchema]);
  const table = new MediaTable(database);
  let calls = 0;
  const unsubscribe = table.onNews(() => (calls += 1));
  table.save({ id: 'a', version: '1' }, { info: INFO });
  table.save({ id: 'b', version: '1' }, { failure: new BridgeError('media-unreadable', 'broken') });
  const first = table.newsSince(-1);
  expect(first.fileIds).toEqual(['a']);
  expect(table.newsSince(first.cursor).fileIds).toEqual([]);
  table.remove('a');
  table.remove('b');
  table.save({ id: 'c', version: '1' }, { info: INFO });
  expect(table.newsSince(first.cursor).fileIds).toEqual(['c']);
  unsubscribe();
  table.save({ id: 'd', version: '1' }, { info: INFO });
  expect(calls).toBe(3);
  database.close();
});
