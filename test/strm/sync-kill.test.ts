import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { strmSchema } from '../../src/strm/manifest-schema.ts';
import { KillableSync } from './killable-sync.ts';
import { bundledScript } from '../support/bundled-script.ts';

const KILLS = 100;
/** A library stands still for so many kills, so that runs are both begun and gone on with. */
const KILLS_A_GENERATION = 4;
const LONGEST_MS = 500;

/** A process that has loaded what it needs, and syncs when told to. */
class Sync {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #said = '';

  constructor(script: string, directory: string, kill: number) {
    const generation = Math.floor(kill / KILLS_A_GENERATION);
    this.#child = spawn(process.execPath, [script, directory, String(generation)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#ended = once(this.#child, 'close');
    this.#child.stdout?.on('data', (text: Buffer) => {
      const hadBegun = this.#said.includes('begun');
      this.#said += text.toString();
      if (!hadBegun && this.#said.includes('begun')) {
        setTimeout(() => this.#child.kill('SIGKILL'), Math.random() * LONGEST_MS);
      }
    });
  }

  /** Lets it begin and kills it a random while later; says whether it had come to its end by then. */
  async runAndKill(): Promise<boolean> {
    this.#child.stdin?.write('go\n');
    await this.#ended;
    expect(this.#said).toContain('begun');
    return this.#said.includes('complete');
  }
}

/** What is below the root: bytes by path. */
function treeOf(root: string): Map<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter(
    (entry) => !entry.isDirectory(),
  );
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(root, path), readFileSync(path, 'utf8')];
    }),
  );
}

const MINE = new Map([
  ['Folder 1/notes.txt', 'notes of mine'],
  ['Folder 2/Film 2.strm', 'an address of mine'],
  ['Folder 3/Film 53.en.srt', 'subtitles of mine'],
  ['Folder 4/.fichier-bridge-mine.part', 'a name like those of the bridge'],
]);

it(
  `after each of ${KILLS} kills at random moments of syncs of 5,000 files, one more run makes the tree what is planned`,
  { timeout: 600_000 },
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'strm-kill-'));
    const script = await bundledScript(join(import.meta.dirname, 'sync-process.ts'));
    const root = join(directory, 'root');
    for (const [path, text] of MINE) {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    let interrupted = 0;
    let next = new Sync(script, directory, 0);
    for (let kill = 0; kill < KILLS; kill += 1) {
      const running = next;
      next = new Sync(script, directory, Math.min(kill + 1, KILLS - 1));
      if (!(await running.runAndKill())) interrupted += 1;
      for (const [path, text] of MINE) expect(readFileSync(join(root, path), 'utf8')).toBe(text);
    }
    expect(interrupted).toBeGreaterThan(KILLS / 2);

    await next.runAndKill();

    const manifest = openDatabase(join(directory, 'strm.db'), [strmSchema]);
    const last = new KillableSync(directory, Math.floor((KILLS - 1) / KILLS_A_GENERATION), manifest);
    const [record] = await last.run();
    expect(record).toMatchObject({ problem: null, report: { failures: 0, heldBack: null } });
    const tree = treeOf(root);
    for (const [path, text] of MINE) {
      expect(tree.get(path)).toBe(text);
      tree.delete(path);
    }
    tree.delete('.fichier-bridge');
    // A film that cannot move to where a person's file is stays where it was, and goes on playing.
    for (const { deed, from, obstacle } of record?.report?.left ?? []) {
      if (deed !== 'rename' || from === undefined) continue;
      expect(obstacle).toBe('occupied');
      expect(tree.delete(from)).toBe(true);
    }
    const occupied = record?.report?.left.filter(({ obstacle }) => obstacle === 'occupied').length ?? 0;
    expect([...tree.values()].sort()).toEqual(expectedContents(last, record?.report?.left ?? []));
    expect(occupied).toBeLessThanOrEqual(2);

    const [check] = await last.run(true);
    expect(check?.report?.done).toEqual({ create: 0, update: 0, rename: 0, remove: 0 });
    expect(check?.report?.kept).toBe(tree.size);
    manifest.close();
    rmSync(directory, { recursive: true });
  },
);

/** The bytes of every file that is wanted, but those whose places are taken by a person's files. */
function expectedContents({ library }: KillableSync, left: readonly { readonly path: string }[]): string[] {
  const taken = new Set(left.map(({ path }) => path));
  const contents: string[] = [];
  for (const { entry, path } of library.filesBelow(0)) {
    const isFilm = entry.name.endsWith('.mkv');
    const local = isFilm ? path.slice(1).replace(/\.mkv$/, '.strm') : path.slice(1);
    if (taken.has(local)) continue;
    contents.push(
      isFilm
        ? `http://bridge.test/stream/${entry.id}/${entry.name}\n`
        : `subtitles ${entry.id} ${entry.version}`,
    );
  }
  return contents.sort();
}
