import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { catalogueSchema } from '../../src/library/catalogue-schema.ts';
import { Catalogue } from '../../src/library/catalogue.ts';
import { openDatabase } from '../../src/store/database.ts';
import { Query } from '../../src/store/query.ts';
import { bundledScript } from '../support/bundled-script.ts';

const KILLS = 50;
const FOLDERS = 500;
const FILES = 8;

/** Runs a crawl; kills it `killAfterMs` after it began to serve, or lets it end. Gives what it said. */
async function crawl(script: string, database: string, killAfterMs: number | null): Promise<string[]> {
  const child = spawn(process.execPath, [script, database, String(FOLDERS), String(FILES)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (killAfterMs !== null) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  }
  return said;
}

/** Names of all files by id, after checking what must hold at any moment. */
function readCatalogue(path: string): Map<string, string> {
  const database = openDatabase(path, [catalogueSchema]);
  const catalogue = new Catalogue(database, 0);
  const found = [...catalogue.filesBelow(0)];
  const count = (sql: string): number => new Query<{ n: number }>(database, sql).get()?.n ?? -1;
  expect(new Query<{ quick_check: string }>(database, 'PRAGMA quick_check').get()?.quick_check).toBe('ok');
  expect(new Set(found.map(({ path: one }) => one)).size).toBe(found.length);
  expect(found).toHaveLength(count('SELECT count(*) AS n FROM entry WHERE is_file = 1'));
  expect(found).toHaveLength(count('SELECT files AS n FROM tally'));
  expect(count('SELECT count(*) AS n FROM entry WHERE is_file = 0')).toBe(
    count('SELECT count(*) AS n FROM listing'),
  );
  for (const { entry, path: one } of found.slice(0, 50)) expect(catalogue.entryAt(one)).toEqual(entry);
  database.close();
  return new Map(found.map(({ entry, path: one }) => [entry.id, one]));
}

it(
  `serves and goes on after each of ${KILLS} kills at random moments of a crawl`,
  { timeout: 180_000 },
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'bridge-kill-'));
    const script = await bundledScript(join(import.meta.dirname, 'crawl-process.ts'));
    const database = join(directory, 'catalogue.db');
    let before = new Map<string, string>();
    let interrupted = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const said = await crawl(script, database, Math.random() * 60);
      expect(said[0]).toBe(`serving ${before.size}`);
      if (!said.includes('complete')) interrupted += 1;
      const after = readCatalogue(database);
      for (const [id, path] of before) expect(after.get(id)).toBe(path);
      before = after;
    }
    expect(before.size).toBeGreaterThan(0);
    expect(await crawl(script, database, null)).toEqual([`serving ${before.size}`, 'complete']);
    expect(readCatalogue(database).size).toBe(FOLDERS * FILES);
    expect(interrupted).toBeGreaterThan(KILLS / 2);
    rmSync(directory, { recursive: true });
  },
);
