import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { bytesContent, syntheticContent } from '../../src/emulator/content.ts';
import type { ApiFaults } from '../../src/emulator/api-faults.ts';
import { strmEventSchema } from '../../src/http/api/strm-events.ts';
import type { RunReport } from '../../src/strm/report.ts';
import { LeapingClock } from '../support/leaping-clock.ts';
import { startWholeBridge, type WholeBridge } from '../support/whole-bridge.ts';

type ApiFault = Parameters<ApiFaults['next']>[0];

const FILMS = 24;
const EPISODES = 8;
const HOUR_MS = 60 * 60_000;
const PATIENCE_MS = 60_000;

const directory = mkdtempSync(join(tmpdir(), 'strm-safety-'));
const root = join(directory, 'root');
const clock = new LeapingClock(50);
const ids = { library: 0, films: 0, season: 0, elsewhere: 0 };
/** Addresses of what is in Films. */
const urls: string[] = [];
let whole: WholeBridge;
let before: readonly string[];

// One bridge for all of it: each case ends with the account, the library and the directory as they were.
beforeAll(async () => {
  whole = await startWholeBridge(
    (account) => {
      ids.elsewhere = account.addFolder(0, 'Elsewhere');
      ids.library = account.addFolder(0, 'Library');
      ids.films = account.addFolder(ids.library, 'Films');
      ids.season = account.addFolder(ids.films, 'A series');
      for (let film = 1; film <= FILMS; film += 1) {
        const words = bytesContent(Buffer.from(`words ${film}`));
        urls.push(
          account.addFile(ids.films, `Film ${film}.mkv`, syntheticContent(film, 1000)),
          account.addFile(ids.films, `Film ${film}.en.srt`, words),
        );
      }
      for (let episode = 1; episode <= EPISODES; episode += 1)
        account.addFile(ids.season, `Show S01E0${episode}.mkv`, syntheticContent(episode + FILMS, 1000));
    },
    {
      clock,
      env: {
        FICHIER_ROOT: '/Library',
        BRIDGE_PUBLIC_URL: 'http://bridge.test:8787',
        BRIDGE_STRM_DIR: root,
      },
    },
  );
  await sync();
  before = files();
  expect(before).toHaveLength(2 * FILMS + EPISODES);
}, 120_000);

afterEach(() => whole.emulator.apiFaults.clear());

afterAll(async () => {
  await whole.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Every file with its inode and its time: one that was removed and written again differs. */
function files(): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const { ino, mtimeMs } = statSync(path);
      return `${path} ${ino} ${mtimeMs}`;
    })
    .sort();
}

/** One run of the bridge that serves, as `strm sync` asks it. */
async function sync(full = false): Promise<RunReport> {
  const { statusCode, body } = await whole.pool.request({
    method: 'POST',
    path: '/api/v1/strm/sync',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ full }),
  });
  expect(statusCode).toBe(200);
  const events = (await body.text())
    .trim()
    .split('\n')
    .map((line) => strmEventSchema.parse(JSON.parse(line)));
  const last = events.at(-1);
  const report = last?.type === 'records' ? last.records[0]?.report : null;
  if (report == null) throw new Error(`the run did not go to its end: ${JSON.stringify(last)}`);
  return report;
}

/** Looks at every folder again; what comes of that is the library's affair. */
async function look(): Promise<void> {
  const { library } = whole.bridge.account;
  await library
    .refresh(library.root().id, { recursive: true, priority: 'crawl' })
    .catch((error: unknown) => expect(error).toHaveProperty('kind'));
}

/** Two looks with more than an hour between them: as many as it takes to believe that something is gone. */
async function lookTwice(): Promise<void> {
  clock.leap(HOUR_MS);
  whole.emulator.resetCounts();
  await look();
  expect(whole.emulator.counts().apiCalls).toBeGreaterThan(0);
  clock.leap(HOUR_MS + 60_000);
  await look();
}

async function untilWhole(): Promise<void> {
  const { library } = whole.bridge.account;
  for (const limit = Date.now() + PATIENCE_MS; Date.now() < limit;) {
    clock.leap(3 * HOUR_MS);
    await look();
    const { filesKnown, entriesMissing } = library.crawlStatus();
    if (filesKnown === 2 * FILMS + EPISODES && entriesMissing === 0) return;
  }
  throw new Error(`the library never became whole again: ${JSON.stringify(library.crawlStatus())}`);
}

async function expectNothingTouched(): Promise<void> {
  for (const full of [false, true]) {
    expect((await sync(full)).done).toMatchObject({ remove: 0 });
    expect(files()).toEqual(before);
  }
}

async function expectNothingToDo(): Promise<void> {
  expect(await sync()).toMatchObject({
    done: { create: 0, update: 0, rename: 0, remove: 0 },
    heldBack: null,
  });
  expect(files()).toEqual(before);
}

const FAULTS: readonly (readonly [string, ApiFault])[] = [
  ['says that every folder is empty', { kind: 'listing', as: 'empty' }],
  ['gives half of each listing with the count of the whole', { kind: 'listing', as: 'half' }],
  ['leaves the lists out of the listings', { kind: 'listing', as: 'no-arrays' }],
  ['counts one file too many', { kind: 'listing', as: 'wrong-count' }],
  ['does not know the key', { kind: 'ko', ko: 'not-authenticated' }],
  ['answers 401 without a reason', { kind: 'status', status: 401 }],
  ['answers 403 without a reason', { kind: 'status', status: 403 }],
  ['has locked the user', { kind: 'ko', ko: 'flood-user' }],
  ['has locked the address, in plain text', { kind: 'plain' }],
  ['says of each folder that it is not there', { kind: 'ko', ko: 'folder-not-found' }],
  ['says KO with status 200', { kind: 'ko', ko: 'resource-not-found', status: 200 }],
  ['answers 500', { kind: 'status', status: 500 }],
  ['answers 503 with a page', { kind: 'html', status: 503 }],
  ['answers 200 with a page', { kind: 'html' }],
  ['cuts its JSON', { kind: 'truncated' }],
  ['resets connections', { kind: 'reset' }],
];

it.each(FAULTS)(
  'not one .strm is removed while 1fichier %s, and none is touched when it is well again',
  async (_, fault) => {
    whole.emulator.apiFaults.always(fault);
    await lookTwice();
    await expectNothingTouched();
    whole.emulator.apiFaults.clear();
    await untilWhole();
    await expectNothingToDo();
  },
  120_000,
);

it('not one .strm is removed when one look sees half of each folder and the next the whole', async () => {
  for (let round = 0; round < 3; round += 1) {
    clock.leap(HOUR_MS);
    whole.emulator.apiFaults.always({ kind: 'listing', as: 'shrunken' });
    await look();
    await expectNothingTouched();
    whole.emulator.apiFaults.clear();
    clock.leap(60_000);
    await look();
    await expectNothingTouched();
  }
  await untilWhole();
  await expectNothingToDo();
}, 120_000);

it('not one .strm is removed while a folder of many films is empty, and none is touched when they are back', async () => {
  const { account } = whole.emulator;
  const move = (to: number): void => {
    for (const url of urls) account.moveFile(url, to);
  };
  move(ids.elsewhere);
  await lookTwice();
  expect((await sync()).heldBack).toMatchObject({ count: 2 * FILMS, because: 'too-many' });
  await expectNothingTouched();
  move(ids.films);
  await untilWhole();
  await expectNothingToDo();
}, 120_000);

it('not one .strm is removed while the account is empty for a day, and none is touched when all is back', async () => {
  const { account } = whole.emulator;
  account.moveFolder(ids.films, ids.elsewhere);
  for (let hours = 0; hours < 24; hours += 6) {
    clock.leap(6 * HOUR_MS);
    await look();
  }
  expect((await sync()).heldBack).toMatchObject({ count: 2 * FILMS + EPISODES, because: 'too-many' });
  await expectNothingTouched();
  account.moveFolder(ids.films, ids.library);
  await untilWhole();
  await expectNothingToDo();
}, 120_000);
