import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentRange, parseRange } from '../../src/streaming/range.ts';

const one = (start: number, end: number) => ({ kind: 'ranges', ranges: [{ start, end }] });

describe('parseRange', () => {
  it.each([
    ['bytes=0-0', one(0, 1)],
    ['bytes=10-19', one(10, 20)],
    ['bytes=90-', one(90, 100)],
    ['bytes=90-500', one(90, 100)],
    ['bytes=-10', one(90, 100)],
    ['bytes=-500', one(0, 100)],
    ['Bytes=0-1', one(0, 2)],
    ['bytes= 0-1 ,', one(0, 2)],
    ['bytes=200-300,0-1', one(0, 2)],
  ])('reads %s of 100 bytes', (header, expected) => {
    expect(parseRange(header, 100)).toEqual(expected);
  });

  it.each([
    'bytes=',
    'bytes=,',
    'bytes=a-b',
    'bytes=5-2',
    'bytes=1-2;3',
    'items=0-1',
    'bytes 0-1',
    'bytes=--1',
  ])('ignores the malformed header %s', (header) => {
    expect(parseRange(header, 100)).toEqual({ kind: 'whole' });
  });

  it.each(['bytes=100-', 'bytes=100-200', 'bytes=-0'])('finds %s unsatisfiable', (header) => {
    expect(parseRange(header, 100)).toEqual({ kind: 'unsatisfiable' });
  });

  it('finds every range of an empty file unsatisfiable', () => {
    expect(parseRange('bytes=0-', 0)).toEqual({ kind: 'unsatisfiable' });
    expect(parseRange('bytes=-5', 0)).toEqual({ kind: 'unsatisfiable' });
  });

  it('keeps disjoint ranges in the order asked and joins those that overlap or touch', () => {
    expect(parseRange('bytes=80-89,0-9,10-14,12-19', 100)).toEqual({
      kind: 'ranges',
      ranges: [
        { start: 80, end: 90 },
        { start: 0, end: 20 },
      ],
    });
  });

  it('ignores a header with an abusive number of disjoint ranges', () => {
    const header = `bytes=${Array.from({ length: 40 }, (_, i) => `${i * 10}-${i * 10}`).join(',')}`;
    expect(parseRange(header, 1000)).toEqual({ kind: 'whole' });
  });

  it('covers exactly the bytes asked for, whatever the set', () => {
    const spec = fc.tuple(fc.nat(60), fc.nat(60)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    fc.assert(
      fc.property(
        fc.array(spec, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 50 }),
        (specs, size) => {
          const parsed = parseRange(`bytes=${specs.map(([a, b]) => `${a}-${b}`).join(',')}`, size);
          const asked = Array.from({ length: size }, (_, i) => specs.some(([a, b]) => i >= a && i <= b));
          const ranges = parsed.kind === 'ranges' ? parsed.ranges : [];
          const given = Array.from(
            { length: size },
            (_, i) => ranges.filter((r) => i >= r.start && i < r.end).length,
          );
          expect(given).toEqual(asked.map(Number));
        },
      ),
    );
  });
});

describe('contentRange', () => {
  it('names the last byte inclusively', () => {
    expect(contentRange({ start: 10, end: 20 }, 100)).toBe('bytes 10-19/100');
  });
});
