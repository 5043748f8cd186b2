import { expect, it } from 'vitest';
import { mediaDescriptions } from '../../src/app/strm-description.ts';
import { BridgeError } from '../../src/errors.ts';
import type { MediaRecord } from '../../src/media/media-table.ts';
import { FakeLibrary } from '../support/fake-library.ts';

const PATH = '/Films/Heat (1995).mkv';
const VIDEO = {
  index: 0,
  codec: 'h264',
  width: 1920,
  height: 1080,
  aspect: 1.778,
  frameRate: 24,
  hdr: null,
  transfer: null,
  pixelFormat: null,
};
const PROBED: MediaRecord = {
  info: { durationMs: 1000, container: 'matroska', bitRate: null, video: [VIDEO], audio: [], subtitles: [] },
};

function description(record: MediaRecord | null, library = new FakeLibrary()): string | null {
  const file = library.addFile(PATH);
  const media = { find: () => record, newsSince: () => ({ cursor: 0, fileIds: [] }) };
  return mediaDescriptions({ library, media }).textFor(file, PATH);
}

it('describes a video that was probed, by its title', () => {
  expect(description(PROBED)).toMatch(/<title>Heat<\/title>[^]*<codec>h264<\/codec>/);
});

it('describes nothing that was not probed, cannot be, or has no picture', () => {
  expect(description(null)).toBeNull();
  expect(description({ failure: new BridgeError('media-unreadable', 'no media') })).toBeNull();
  if ('info' in PROBED) expect(description({ info: { ...PROBED.info, video: [] } })).toBeNull();
});

it('leaves the place to a description that somebody keeps beside the video', () => {
  const library = new FakeLibrary();
  library.addFile('/Films/Heat (1995).nfo');
  expect(description(PROBED, library)).toBeNull();
});
