import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DerivedCache } from '../../src/media/derived-cache.ts';
import { FakeClock } from '../support/fake-clock.ts';

const KIB = 1024;

let directory: string;
let problems: string[];
const clock = new FakeClock();

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'derived-'));
  problems = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function open(budgetBytes = 64 * KIB, where = directory): Promise<DerivedCache> {
  return DerivedCache.open({
    directory: where,
    budgetBytes,
    clock,
    onProblem: (message) => problems.push(message),
  });
}

describe('the cache of derived files', () => {
  it('gives what was put, also after a restart', async () => {
    const cache = await open();
    await cache.put('a.jpg', Buffer.from('picture'));
    expect(String(await cache.get('a.jpg'))).toBe('picture');
    expect(String(await (await open()).get('a.jpg'))).toBe('picture');
    expect(await cache.get('b.jpg')).toBeNull();
  });

  it('drops what was not used longest, counting whole disk blocks, and remembers use over a restart', async () => {
    const cache = await open(12 * KIB);
    for (const name of ['a', 'b', 'c']) {
      await cache.put(name, Buffer.alloc(1));
      await cache.get(name);
      await clock.advance(1000);
    }
    await cache.get('a');
    const again = await open(12 * KIB);
    await again.put('d', Buffer.alloc(1));
    await expect.poll(() => readdirSync(directory).sort()).toEqual(['a', 'c', 'd']);
  });

  it('keeps a whole entry when two put it at once', async () => {
    const cache = await open();
    const picture = Buffer.alloc(20 * KIB, 7);
    await Promise.all(Array.from({ length: 8 }, () => cache.put('a', picture)));
    expect((await cache.get('a'))?.equals(picture)).toBe(true);
    expect({ problems, files: readdirSync(directory) }).toEqual({ problems: [], files: ['a'] });
  });

  it('clears away what a crash left unfinished, and takes an empty file for none', async () => {
    writeFileSync(join(directory, 'a.1.part'), 'half');
    writeFileSync(join(directory, 'b'), '');
    const cache = await open();
    expect(readdirSync(directory)).toEqual(['b']);
    expect(await cache.get('b')).toBeNull();
  });

  it('makes do when someone empties the directory, or when there is none to be had', async () => {
    const cache = await open();
    await cache.put('a', Buffer.from('x'));
    rmSync(join(directory, 'a'));
    expect(await cache.get('a')).toBeNull();
    writeFileSync(join(directory, 'file'), '');
    const nowhere = await open(64 * KIB, join(directory, 'file', 'below'));
    await nowhere.put('a', Buffer.from('x'));
    expect(await nowhere.get('a')).toBeNull();
    expect(problems).toHaveLength(2);
  });

  it('keeps nothing with a budget of nothing', async () => {
    const cache = await open(0);
    await cache.put('a', Buffer.from('x'));
    expect(readdirSync(directory)).toEqual([]);
  });
});
