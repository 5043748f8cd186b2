import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { RemoteFile } from '../../src/fichier/api.ts';
import { prepareRoot } from '../../src/library/catalogue-root.ts';
import { catalogueSchema } from '../../src/library/catalogue-schema.ts';
import { Catalogue } from '../../src/library/catalogue.ts';
import { ChangeLog } from '../../src/library/change-log.ts';
import { EntryTable } from '../../src/library/entry-table.ts';
import { defaultLibrarySettings } from '../../src/library/mirrored-library.ts';
import { Mirror } from '../../src/library/mirror.ts';
import { SearchIndex } from '../../src/library/search-index.ts';
import { openDatabase } from '../../src/store/database.ts';

const COMMON = ['amber', 'river', 'garden', 'north'];
const FILES = 4000;
const SPECIAL = ['Casting north.mkv', 'Cast away.mkv', 'Forecast.mkv', 'Ep 7 forecasts.mkv', 'Gardening.mkv'];

function file(filename: string, index: number): RemoteFile {
  const url = `https://1fichier.com/?${index.toString(36).padStart(20, '0')}`;
  return { url, filename, size: 1, uploadedAt: 0, checksum: null, contentType: null };
}

/** Each name leaves out one of the common words, so that no name holds all of them. */
function commonName(index: number): string {
  return `${COMMON.filter((_word, place) => place !== index % COMMON.length).join(' ')} ${index}.mkv`;
}

let index: SearchIndex;
let reads: { entries: () => number; paths: () => number };

beforeAll(() => {
  const database = openDatabase(':memory:', [catalogueSchema]);
  prepareRoot(database, 0, 0);
  const mirror = new Mirror(
    database,
    0,
    new EntryTable(database, new ChangeLog(database)),
    defaultLibrarySettings,
  );
  const names = [...Array.from({ length: FILES }, (_, number) => commonName(number)), ...SPECIAL];
  const folder = { id: 0, name: 'Root', createdAt: null };
  mirror.applyListing(0, { folder, folders: [], files: names.map(file), complete: true, flaw: null }, 0);
  const catalogue = new Catalogue(database, 0);
  const entries = vi.spyOn(catalogue, 'entryByKey');
  const paths = vi.spyOn(catalogue, 'pathOf');
  reads = { entries: () => entries.mock.calls.length, paths: () => paths.mock.calls.length };
  index = new SearchIndex(database, catalogue);
});

function search(text: string, limit = 10): { names: string[]; entries: number; paths: number } {
  const before = { entries: reads.entries(), paths: reads.paths() };
  const names = index.search({ text, limit }).map(({ entry }) => entry.name);
  return { names, entries: reads.entries() - before.entries, paths: reads.paths() - before.paths };
}

describe('a search', () => {
  it('reads no more entries than it gives when its words are common, and the path of a folder once', () => {
    const { names, entries, paths } = search('river amber');
    expect(names).toHaveLength(10);
    expect({ entries, paths }).toEqual({ entries: 10, paths: 1 });
  });

  it('for common words that never stand together reads nothing', () => {
    expect(search(COMMON.join(' '))).toEqual({ names: [], entries: 0, paths: 0 });
  });

  it('gives beginnings after whole words also when very many names hold the letters', () => {
    const { names } = search('garden', FILES);
    expect(names).toHaveLength((FILES * 3) / 4 + 1);
    expect(names.at(-1)).toBe('Gardening.mkv');
  });

  it('inside words looks at a bounded number of entries', () => {
    expect(search('mbe zzz').entries).toBe(0);
    expect(search('arde', 1000).entries).toBeLessThanOrEqual(500);
  });

  it('gives whole words first, then the beginnings, then what holds the text anywhere', () => {
    expect(search('cast').names).toEqual([
      'Cast away.mkv',
      'Casting north.mkv',
      'Forecast.mkv',
      'Ep 7 forecasts.mkv',
    ]);
  });

  it('finds what is half typed, in any of its words', () => {
    expect(search('north castin').names).toEqual(['Casting north.mkv']);
    expect(search('castin nort').names).toEqual(['Casting north.mkv']);
  });

  it('finds fragments also beside words too short to be fragments', () => {
    expect(search('orecas 7').names).toEqual(['Ep 7 forecasts.mkv']);
  });

  it('takes a word that is said twice once, and any number of words', () => {
    expect(search('cast cast away').names).toEqual(['Cast away.mkv']);
    expect(search(Array.from({ length: 60 }, (_, number) => `word${number}`).join(' ')).names).toEqual([]);
  });
});
