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
  hdr: false,
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
  database.exec(`INSERT INTO media VALUES ('a', '1', '{"streams":[]}', NULL, NULL)`);
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
