import { afterEach, beforeEach, expect, test } from 'vitest';
import { syntheticContent } from '../../src/emulator/content.ts';
import { LeapingClock } from '../support/leaping-clock.ts';
import { getRange, startWholeBridge, type WholeBridge } from '../support/whole-bridge.ts';

const EPISODES = 40;
const KEPT = 10;
const SCANNERS = 4;
/** How many answers that a file is gone 1fichier bears in a minute: fewer than there are such files. */
const BEARABLE = 15;

let clock: LeapingClock;
let whole: WholeBridge;

beforeEach(async () => {
  clock = new LeapingClock(60);
  whole = await startWholeBridge(
    (account) => {
      const season = account.addFolder(0, 'Season');
      for (let episode = 1; episode <= EPISODES; episode += 1)
        account.addFile(season, `${episode}.mkv`, syntheticContent(episode, 5000));
    },
    {
      clock,
      callsPerSecond: 1,
      quirks: { errorBudget: { answers: BEARABLE, seconds: 60 }, folderListingSeconds: 30 },
    },
  );
});

afterEach(async () => {
  await whole.close();
});

test(`a scan of ${EPISODES} files, of which all but ${KEPT} were removed an hour after they were listed, locks nothing and reads those that are there`, async () => {
  const { account } = whole.emulator;
  const { library } = whole.bridge.account;
  const files = [...library.filesBelow(0)].map(({ entry }) => entry);
  expect(files).toHaveLength(EPISODES);
  clock.leap(3_600_000);
  const isKept = (place: number): boolean => place % (EPISODES / KEPT) === 0;
  files.forEach(({ url }, place) => {
    if (!isKept(place)) account.removeFile(url);
  });
  whole.emulator.resetCounts();

  const statuses = new Map<number, number>();
  const places = [...files.keys()].reverse();
  const scanner = async (): Promise<void> => {
    for (let place = places.pop(); place !== undefined; place = places.pop()) {
      const { id, name } = files[place] ?? { id: '', name: '' };
      statuses.set(place, (await getRange(whole, `/stream/${id}/${name}`, 0, 1000)).status);
    }
  };
  await Promise.all(Array.from({ length: SCANNERS }, scanner));

  expect([...statuses].filter(([place, status]) => status !== (isKept(place) ? 206 : 404))).toEqual([]);
  expect(whole.emulator.counts().locks).toEqual({});
  expect(library.crawlStatus().entriesMissing).toBe(EPISODES - KEPT);
});
