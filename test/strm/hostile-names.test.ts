import fc from 'fast-check';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isWithinRoot, pathKey } from '../../src/strm/local-path.ts';
import { everything } from './everything.ts';
import { StrmStage } from './stage.ts';

const HOSTILE = [
  '..',
  '.',
  '../../etc/passwd',
  '/etc/passwd',
  'a/../../b.mkv',
  '..\\..\\windows',
  'C:\\film.mkv',
  'film.mkv\0.txt',
  'new\nline.mkv',
  '\u001b[31mred.mkv',
  'CON.mkv',
  'nul',
  'LPT1.mp4',
  'aux.strm.mkv',
  ' leading.mkv',
  'trailing.mkv ',
  'dots...mkv...',
  '.hidden.mkv',
  '.fichier-bridge',
  '.fichier-bridge.mkv',
  'FILM.MKV',
  'film.mkv',
  'film.mp4',
  'film.strm.mkv',
  'film.strm',
  'film',
  'É.mkv',
  'E\u0301.mkv',
  'é.mkv',
  'ß.mkv',
  'SS.mkv',
  'ﬁlm.mkv',
  '\u202Egnp.mkv',
  '\ud800.mkv',
  `${'x'.repeat(251)}.mkv`,
  `${'x'.repeat(250)}y.mkv`,
  `${'漢'.repeat(90)}.mkv`,
  `${'😀'.repeat(70)}.mkv`,
  'film (2).mkv',
  'film.en.srt',
  'film-poster.jpg',
  'poster.jpg',
  'tvshow.nfo',
] as const;

const name = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).map((text) => `${text}.mkv`),
  },
);

interface RemoteTree {
  readonly folders: readonly string[];
  readonly files: readonly { readonly folder: number; readonly name: string }[];
}

const tree: fc.Arbitrary<RemoteTree> = fc.record({
  folders: fc.array(name, { minLength: 1, maxLength: 4 }),
  files: fc.array(fc.record({ folder: fc.nat(4), name }), { minLength: 1, maxLength: 14 }),
});

const rule = fc.record({
  flatten: fc.boolean(),
  layout: fc.constantFrom('mirror' as const, 'organised' as const),
});

/** A place beside the root that nothing may reach. */
const OUTSIDE = 'outside';

function stageOf({ folders, files }: RemoteTree): StrmStage {
  return new StrmStage((account) => {
    const ids = [0];
    for (const folder of folders) ids.push(account.addFolder(ids.at(-1) ?? 0, folder));
    for (const file of files) account.addFile(ids[file.folder % ids.length] ?? 0, file.name);
  });
}

/** Everything below the test's own directory but the root. */
function beside(stage: StrmStage): string[] {
  return readdirSync(stage.directory).filter((entry) => entry !== 'root');
}

it('whatever names come, writes below the root alone, each file once, under names that every system takes', async () => {
  await fc.assert(
    fc.asyncProperty(tree, rule, async (remote, options) => {
      const stage = stageOf(remote);
      try {
        mkdirSync(join(stage.directory, OUTSIDE));
        await stage.crawl();
        const rules = [{ ...everything, ...options }];
        const organise = (path: string): { folders: string[]; stem: string } => ({
          folders: path.split('/').slice(0, 2),
          stem: path,
        });
        const report = await stage.sync({}, { rules, organise });
        expect(report.leftCount).toBe(0);
        const paths = stage.paths();
        expect(beside(stage)).toEqual([OUTSIDE]);
        expect(readdirSync(join(stage.directory, OUTSIDE))).toEqual([]);
        expect(paths).toHaveLength(report.done.create);
        expect(new Set(paths.map(pathKey)).size).toBe(paths.length);
        for (const path of paths) {
          expect(isWithinRoot(path)).toBe(true);
          for (const segment of path.split('/')) {
            expect(Buffer.byteLength(segment)).toBeLessThanOrEqual(255);
            expect(segment).toBe(segment.normalize('NFC'));
            // eslint-disable-next-line no-control-regex -- these are exactly what must not get through
            expect(segment).not.toMatch(/[\u0000-\u001f\u007f<>:"\\|?*]|[. ]$/);
          }
        }
        // As many addresses as there are films, each with an id of its own.
        const addresses = paths.filter((path) => path.endsWith('.strm')).map((path) => stage.text(path));
        expect(new Set(addresses).size).toBe(addresses.length);
        expect(addresses).toHaveLength(
          [...stage.library.filesBelow(0)].filter(({ entry }) => /^(?:video|audio)\//.test(entry.contentType))
            .length,
        );
        // A second look finds all of it in place.
        expect(await stage.sync({ full: true }, { rules, organise })).toMatchObject({
          kept: report.done.create,
          done: { create: 0, update: 0, rename: 0, remove: 0 },
        });
      } finally {
        stage.clear();
      }
    }),
    { numRuns: 60 },
  );
}, 120_000);

it('lets a folder that bears the name of the marker give way to it', async () => {
  const stage = new StrmStage((account) => {
    const folder = account.addFolder(0, '.Fichier-Bridge');
    account.addFile(folder, 'Film.mkv');
    account.addFile(folder, 'Film.en.srt');
    account.addFile(account.addFolder(folder, '.fichier-bridge'), 'Film.mkv');
  });
  try {
    await stage.crawl();
    await stage.sync();
    expect(stage.paths()).toEqual([
      '_.Fichier-Bridge/.fichier-bridge/Film.strm',
      '_.Fichier-Bridge/Film.en.srt',
      '_.Fichier-Bridge/Film.strm',
    ]);
    expect((await stage.sync({ full: true })).leftCount).toBe(0);
  } finally {
    stage.clear();
  }
});

interface Edit {
  readonly kind: 'rename' | 'move' | 'remove' | 'add' | 'rename-folder';
  readonly which: number;
  readonly name: string;
}

const edits = fc.array(
  fc.record({
    kind: fc.constantFrom(
      'rename' as const,
      'move' as const,
      'remove' as const,
      'add' as const,
      'rename-folder' as const,
    ),
    which: fc.nat(50),
    name,
  }),
  { minLength: 1, maxLength: 10 },
);

async function carryOut(stage: StrmStage, { kind, which, name: newName }: Edit): Promise<void> {
  const { account } = stage;
  const urls = [...account.files.keys()];
  const url = urls[which % Math.max(urls.length, 1)];
  const folders = [...account.folders.keys()];
  const folder = folders[which % folders.length] ?? 0;
  if (kind === 'add') account.addFile(folder, newName);
  else if (kind === 'rename-folder' && folder !== 0) await account.renameFolder(folder, newName);
  else if (url === undefined) return;
  else if (kind === 'rename') await account.renameFile(url, newName);
  else if (kind === 'move') await account.moveFile(url, folder);
  else if (kind === 'remove') await account.removeFile(url);
}

/** Ids of films by what is on disk. */
function idsOnDisk(stage: StrmStage): string[] {
  return stage
    .paths()
    .filter((path) => path.endsWith('.strm'))
    .map((path) => /stream\/([a-z2-7]+)\//.exec(stage.text(path))?.[1] ?? '')
    .sort();
}

function idsInLibrary(stage: StrmStage): string[] {
  return [...stage.library.filesBelow(0)]
    .filter(({ entry }) => /^(?:video|audio)\//.test(entry.contentType))
    .map(({ entry }) => entry.id)
    .sort();
}

it('whatever is renamed, moved, removed and added, keeps one file for each film, and a person’s files as they were', async () => {
  await fc.assert(
    fc.asyncProperty(
      tree,
      fc.array(edits, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      async (remote, rounds, flatten) => {
        const stage = stageOf(remote);
        const rules = [{ ...everything, flatten }];
        try {
          await stage.crawl();
          await stage.sync({}, { rules });
          const mine = join(stage.root, 'mine.txt');
          writeFileSync(mine, 'mine');
          for (const round of rounds) {
            for (const edit of round) await carryOut(stage, edit);
            await stage.crawlUntilConfirmed();
            await stage.sync({ allowMassDelete: true }, { rules });
            expect(idsOnDisk(stage)).toEqual(idsInLibrary(stage));
            expect(stage.paths().filter((path) => /\.(?:aside|part)$/.test(path))).toEqual([]);
            expect(readFileSync(mine, 'utf8')).toBe('mine');
          }
          // What came of it step by step passes the check of everything.
          expect(await stage.sync({ full: true }, { rules })).toMatchObject({
            done: { create: 0, update: 0, rename: 0, remove: 0 },
            leftCount: 0,
          });
          for (const directory of stage.directories()) {
            expect(readdirSync(join(stage.root, directory))).not.toEqual([]);
          }
        } finally {
          stage.clear();
        }
      },
    ),
    { numRuns: 60 },
  );
}, 120_000);
