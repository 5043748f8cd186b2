import { copyFileSync, mkdtempSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openCheckedDatabase, openDatabase, transaction } from '../../src/store/database.ts';
import { lockDataDirectory } from '../../src/store/instance-lock.ts';
import { Query } from '../../src/store/query.ts';

const schema = { module: 'test', migrations: ['CREATE TABLE thing (name TEXT, body BLOB)'] };

function dataDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'bridge-store-'));
}

it.each(['overwritten', 'cut short'] as const)(
  'moves a database that was %s aside and begins a new one',
  (damage) => {
    const directory = dataDirectory();
    const path = join(directory, 'catalogue.db');
    const original = join(dataDirectory(), 'original.db');
    const first = openDatabase(original, [schema]);
    first.exec("INSERT INTO thing VALUES ('kept', zeroblob(200000)); PRAGMA wal_checkpoint(TRUNCATE)");
    first.close();
    copyFileSync(original, path);
    if (damage === 'overwritten')
      writeFileSync(path, 'this is no database, and long enough to be seen as none');
    else truncateSync(path, 100_000);
    const moved: string[] = [];
    const second = openCheckedDatabase(path, [schema], 1234, (movedTo) => moved.push(movedTo));
    expect(moved).toEqual([`${path}.corrupt-1234`]);
    expect(readdirSync(directory)).toContain('catalogue.db.corrupt-1234');
    expect(new Query(second, 'SELECT name FROM thing').all()).toEqual([]);
    second.close();
  },
);

it('opens a sound database with what it holds', () => {
  const path = join(dataDirectory(), 'catalogue.db');
  const first = openDatabase(path, [schema]);
  first.exec("INSERT INTO thing VALUES ('kept', NULL)");
  first.close();
  const second = openCheckedDatabase(path, [schema], 1, () => expect.unreachable());
  expect(new Query<{ name: string }>(second, 'SELECT name FROM thing').get()?.name).toBe('kept');
  second.close();
});

it('reports a full disk as such, keeps nothing of the transaction, and goes on reading', () => {
  const database = openDatabase(join(dataDirectory(), 'catalogue.db'), [schema]);
  const insert = new Query(database, 'INSERT INTO thing VALUES (?, ?)');
  insert.run('before', null);
  database.exec('PRAGMA max_page_count = 20');
  expect(() =>
    transaction(database, () => {
      insert.run('too large', new Uint8Array(1_000_000));
    }),
  ).toThrow(expect.objectContaining({ kind: 'disk-full' }));
  expect(
    new Query<{ name: string }>(database, 'SELECT name FROM thing').all().map((row) => row.name),
  ).toEqual(['before']);
  database.close();
});

it('says so, with what to do, when damage is met only at a query', () => {
  const path = join(dataDirectory(), 'catalogue.db');
  const whole = openDatabase(path, [schema]);
  const insert = new Query(whole, 'INSERT INTO thing VALUES (?, ?)');
  for (let row = 0; row < 100; row += 1) insert.run(`row ${row}`, new Uint8Array(3000));
  whole.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  whole.close();
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0xff, bytes.length / 2));
  const damaged = openDatabase(path, [schema]);
  const query = new Query(damaged, 'SELECT body FROM thing');
  expect(() => query.all()).toThrow(
    expect.objectContaining({ kind: 'internal', hint: expect.stringContaining('bridge.db') as string }),
  );
  damaged.close();
});

it('lets one instance use a data directory, and the next when it has let go', () => {
  const directory = dataDirectory();
  const lock = lockDataDirectory(directory);
  expect(() => lockDataDirectory(directory)).toThrow(
    expect.objectContaining({
      kind: 'data-dir-locked',
      message: expect.stringContaining(`${process.pid}`) as string,
    }),
  );
  lock.release();
  lockDataDirectory(directory).release();
});
