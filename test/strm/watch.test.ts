import { expect, it, vi } from 'vitest';
import type { CrawlStatus, LibraryChange } from '../../src/library/library.ts';
import type { RunRecord } from '../../src/strm/run-history.ts';
import { StrmWatch } from '../../src/strm/watch.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeLibrary } from '../support/fake-library.ts';

const CHANGE: LibraryChange = { folderIds: [0] };

function recordWith(report: Partial<NonNullable<RunRecord['report']>> = {}): RunRecord {
  return {
    directory: '/media/strm',
    startedAt: 0,
    finishedAt: 0,
    problem: null,
    report: {
      dryRun: false,
      kept: 0,
      done: { create: 0, update: 0, rename: 0, remove: 0 },
      left: [],
      leftCount: 0,
      failures: 0,
      heldBack: null,
      missingFolders: [],
      unreadFolders: 0,
      ...report,
    },
  };
}

function watching(): {
  clock: FakeClock;
  change: () => void;
  learn: () => void;
  endRound: (at: number) => void;
  sync: ReturnType<typeof vi.fn<() => Promise<RunRecord[]>>>;
  logger: { info: ReturnType<typeof vi.fn>; warn: ReturnType<typeof vi.fn> };
  watch: StrmWatch;
} {
  const library = new FakeLibrary();
  let listener: (change: LibraryChange) => void = () => undefined;
  library.onChange = (given) => {
    listener = given;
    return () => {
      listener = () => undefined;
    };
  };
  const clock = new FakeClock();
  const sync = vi.fn<() => Promise<RunRecord[]>>(() => Promise.resolve([recordWith()]));
  const logger = { info: vi.fn(), warn: vi.fn() };
  let learned: () => void = () => undefined;
  const media = {
    onNews(given: () => void) {
      learned = given;
      return () => {
        learned = () => undefined;
      };
    },
  };
  const watch = new StrmWatch({ service: { sync }, library, media, clock, logger });
  const endRound = (at: number): void => {
    library.crawl = { ...library.crawl, finishedAt: at } satisfies CrawlStatus;
  };
  return { clock, change: () => listener(CHANGE), learn: () => learned(), endRound, sync, logger, watch };
}

it('runs once at the start', async () => {
  const { clock, sync } = watching();
  await clock.advance(30_000);
  expect(sync).toHaveBeenCalledTimes(1);
});

it('runs once for many changes, when they have come to an end', async () => {
  const { clock, change, sync } = watching();
  await clock.advance(30_000);
  for (let second = 0; second < 20; second += 1) {
    change();
    await clock.advance(1000);
  }
  expect(sync).toHaveBeenCalledTimes(1);
  await clock.advance(5000);
  expect(sync).toHaveBeenCalledTimes(2);
});

it('runs every minute while changes do not come to an end, as in a first crawl', async () => {
  const { clock, change, sync } = watching();
  for (let second = 0; second < 300; second += 1) {
    change();
    await clock.advance(1000);
  }
  expect(sync.mock.calls.length).toBeGreaterThanOrEqual(4);
  expect(sync.mock.calls.length).toBeLessThanOrEqual(5);
});

it('runs once for many films that were looked into, and every five minutes while that goes on', async () => {
  const { clock, learn, sync } = watching();
  await clock.advance(30_000);
  for (let film = 0; film < 60; film += 1) {
    learn();
    await clock.advance(10_000);
  }
  expect(sync).toHaveBeenCalledTimes(3);
  learn();
  await clock.advance(30_000);
  expect(sync).toHaveBeenCalledTimes(4);
});

it('runs again after changes that came during a run', async () => {
  const { clock, change, sync } = watching();
  let finish = (): void => undefined;
  sync.mockImplementationOnce(
    () =>
      new Promise((resolve) => {
        finish = () => resolve([recordWith()]);
      }),
  );
  await clock.advance(5000);
  change();
  await clock.advance(120_000);
  expect(sync).toHaveBeenCalledTimes(1);
  finish();
  await clock.advance(5000);
  expect(sync).toHaveBeenCalledTimes(2);
});

it('runs when a crawl has ended, which confirms what is gone', async () => {
  const { clock, endRound, sync } = watching();
  await clock.advance(30_000);
  endRound(clock.now());
  await clock.advance(70_000);
  expect(sync).toHaveBeenCalledTimes(2);
  await clock.advance(3_600_000);
  expect(sync).toHaveBeenCalledTimes(2);
});

it('tries again after ten minutes what failed, and says so in the log only once', async () => {
  const { clock, sync, logger } = watching();
  sync.mockImplementation(() => Promise.resolve([recordWith({ failures: 1 })]));
  await clock.advance(31 * 60_000);
  expect(sync.mock.calls.length).toBeGreaterThanOrEqual(3);
  expect(logger.warn).toHaveBeenCalledTimes(1);
});

it('says in the log that a person must allow a mass removal', async () => {
  const { clock, sync, logger } = watching();
  sync.mockImplementation(() =>
    Promise.resolve([recordWith({ heldBack: { count: 40, of: 100, because: 'too-many', sample: [] } })]),
  );
  await clock.advance(10_000);
  expect(logger.warn).toHaveBeenCalledWith(
    { directory: '/media/strm', count: 40 },
    expect.stringContaining('--allow-mass-delete'),
  );
});

it('goes on after a run that could not be made, and rests when stopped', async () => {
  const { clock, change, sync, logger, watch } = watching();
  sync.mockImplementationOnce(() => Promise.reject(new Error('broken')));
  await clock.advance(10_000);
  expect(logger.warn).toHaveBeenCalledTimes(1);
  change();
  await clock.advance(10_000);
  expect(sync).toHaveBeenCalledTimes(2);
  watch.stop();
  change();
  await clock.advance(120_000);
  expect(sync).toHaveBeenCalledTimes(2);
});
