import { describe, expect, it } from 'vitest';
import {
  counted,
  formatClock,
  formatSize,
  languageName,
  sentence,
  spokenDuration,
} from '../../src/web/client/format/format.ts';

describe('a size', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 KB'],
    [9994, '9.99 KB'],
    [9995, '10.0 KB'],
    [99_949, '99.9 KB'],
    [99_950, '100 KB'],
    [999_499, '999 KB'],
    [999_500, '1.00 MB'],
    [1_460_000_000, '1.46 GB'],
    [2e18, '2000 PB'],
  ])('%i bytes reads %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });
});

describe('a time within a film', () => {
  it.each([
    [0, '0:00', '0 seconds'],
    [7.9, '0:07', '7 seconds'],
    [247, '4:07', '4 minutes 7 seconds'],
    [3600, '1:00:00', '1 hour'],
    [3723, '1:02:03', '1 hour 2 minutes 3 seconds'],
    [-3, '0:00', '0 seconds'],
  ])('%d seconds read %s and sound like %s', (seconds, clock, spoken) => {
    expect(formatClock(seconds)).toBe(clock);
    expect(spokenDuration(seconds)).toBe(spoken);
  });

  it('is no time while the length is not known', () => {
    expect([formatClock(NaN), formatClock(Infinity)]).toEqual(['0:00', '0:00']);
  });
});

it('a count goes with its noun', () => {
  expect([counted(0, 'file'), counted(1, 'file'), counted(1204, 'film')]).toEqual([
    '0 files',
    '1 file',
    '1,204 films',
  ]);
});

it('what a program says becomes a sentence, once', () => {
  expect(['no answer', 'Waiting…', 'done.'].map(sentence)).toEqual(['No answer.', 'Waiting…', 'Done.']);
});

describe('a language', () => {
  it.each([
    ['fr', 'French'],
    ['fre', 'French'],
    ['fra', 'French'],
    ['pt-BR', 'Brazilian Portuguese'],
    ['und', null],
    ['', null],
    [null, null],
    ['no code at all', 'no code at all'],
  ])('%s is called %s', (code, name) => {
    expect(languageName(code)).toBe(name);
  });
});
