import { beforeEach, describe, expect, it } from 'vitest';
import { prefetchNextEpisodes } from '../../src/app/next-episode.ts';
import type { FileEntry } from '../../src/library/entry.ts';
import { fileIdOf } from '../../src/library/file-id.ts';
import type { StreamStatus } from '../../src/streaming/streams.ts';
import { FakeClock } from '../support/fake-clock.ts';

const SIZE = 1_000_000;

function episode(name: string, contentType = 'video/x-matroska'): FileEntry {
  const url = `https://1fichier.com/?${name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}`;
  return {
    kind: 'file',
    id: fileIdOf(url),
    parentId: 0,
    name,
    remoteName: name,
    url,
    size: SIZE,
    version: 'v1',
    modifiedAt: 0,
    checksum: null,
    contentType,
  };
}

const FOLDER = [episode('E1.mkv'), episode('E1.srt', 'application/x-subrip'), episode('E2.mkv')] as const;

let clock: FakeClock;
let asked: string[];
let streams: StreamStatus[];
let stop: () => void;

beforeEach(() => {
  clock = new FakeClock();
  asked = [];
  streams = [];
  stop = prefetchNextEpisodes({
    library: {
      fileById: (id) => FOLDER.find((file) => file.id === id) ?? null,
      children: () => FOLDER,
    },
    links: {
      get: (url) => {
        asked.push(url);
        return Promise.resolve({ address: 'http://127.0.0.1/p1', mintedAt: 0 });
      },
    },
    streams: { active: () => streams },
    clock,
    logger: { debug: () => undefined },
  });
});

function watch(file: FileEntry, position: number): void {
  streams = [
    {
      id: 1,
      file,
      client: null,
      range: { start: 0, end: SIZE },
      position,
      rate: 0,
      bytes: { memory: 0, disk: 0, upstream: 0 },
      renewals: 0,
      retries: 0,
      startedAt: clock.now(),
      lastProblem: null,
    },
  ];
}

describe('the link of the next episode', () => {
  it('is asked for once, when the one before nears its end', async () => {
    watch(FOLDER[0], SIZE * 0.97);
    await clock.advance(120_000);
    expect(asked).toEqual([FOLDER[2].url]);
  });

  it('is not asked for in the middle of the one before', async () => {
    watch(FOLDER[0], SIZE / 2);
    await clock.advance(120_000);
    expect(asked).toEqual([]);
  });

  it('is not asked for by a scanner that reads the tail and goes', async () => {
    watch(FOLDER[0], SIZE * 0.99);
    await clock.advance(10_000);
    streams = [];
    await clock.advance(120_000);
    expect(asked).toEqual([]);
  });

  it('is not asked for after the last one, nor once the bridge stops', async () => {
    watch(FOLDER[2], SIZE * 0.99);
    await clock.advance(60_000);
    stop();
    watch(FOLDER[0], SIZE * 0.99);
    await clock.advance(60_000);
    expect(asked).toEqual([]);
  });
});
