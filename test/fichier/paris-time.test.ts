import { DateTime } from 'luxon';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseParisTime } from '../../src/fichier/paris-time.ts';

describe('parseParisTime', () => {
  it.each([
    ['2021-06-22 14:57:25', '2021-06-22T12:57:25Z'],
    ['2026-01-15 00:30:00', '2026-01-14T23:30:00Z'],
    ['2026-03-29 01:59:59', '2026-03-29T00:59:59Z'],
    ['2026-03-29 03:00:00', '2026-03-29T01:00:00Z'],
    ['2026-10-25 01:59:59', '2026-10-24T23:59:59Z'],
    ['2026-10-25 03:00:00', '2026-10-25T02:00:00Z'],
  ])('%s is %s, by French summer and winter time', (text, utc) => {
    expect(parseParisTime(text)).toBe(Date.parse(utc));
  });

  it.each([[null], [''], ['0000-00-00 00:00:00'], ['2026-02-30 00:00:00'], ['2026-01-01'], ['yesterday']])(
    '%j is no date',
    (text) => {
      expect(parseParisTime(text)).toBeNull();
    },
  );

  it('finds back every moment from what French clocks show', () => {
    const moment = fc.integer({ min: Date.UTC(2009, 0) / 1_000, max: Date.UTC(2040, 0) / 1_000 });
    fc.assert(
      fc.property(moment, (seconds) => {
        const shown = DateTime.fromSeconds(seconds, { zone: 'Europe/Paris' });
        const parsed = parseParisTime(shown.toFormat('yyyy-MM-dd HH:mm:ss'));
        const possible = shown.getPossibleOffsets().map((other) => other.toMillis());
        expect(possible).toContain(parsed);
      }),
    );
  });
});
