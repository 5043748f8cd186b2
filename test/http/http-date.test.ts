import fc from 'fast-check';
import { expect, test } from 'vitest';
import { httpDate } from '../../src/http/http-date.ts';

test('a date is written as the calendar of JavaScript writes it, in any order of days', () => {
  const times = fc.date({ min: new Date('1900-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
  fc.assert(fc.property(times, (date) => httpDate(date.getTime()) === date.toUTCString()));
  expect(httpDate(784_111_777_000)).toBe('Sun, 06 Nov 1994 08:49:37 GMT');
});
