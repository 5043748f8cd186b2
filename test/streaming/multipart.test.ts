import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planMultipart } from '../../src/streaming/multipart.ts';
import { parseRange } from '../../src/streaming/range.ts';

const SIZE = 10_000;
const content = Buffer.from(Array.from({ length: SIZE }, (_, at) => (at * 7) % 256));

const rangeHeader = fc
  .array(fc.tuple(fc.nat(SIZE - 1), fc.nat(300)), { minLength: 2, maxLength: 20 })
  .map((pairs) => `bytes=${pairs.map(([start, more]) => `${start}-${start + more}`).join(',')}`);

/** Reads a multipart/byteranges body as a client would. */
function readParts(body: string, boundary: string): { range: string; bytes: string }[] {
  const pieces = `\r\n${body}`.split(`\r\n--${boundary}`);
  expect(pieces.shift()).toBe('');
  expect(pieces.pop()).toBe('--\r\n');
  return pieces.map((piece) => {
    const blank = piece.indexOf('\r\n\r\n');
    const range = /Content-Range: (.+)/.exec(piece.slice(0, blank))?.[1] ?? '';
    return { range, bytes: piece.slice(blank + 4) };
  });
}

describe('planMultipart', () => {
  it('lays out parts that a client reads back, at exactly the length it announces', () => {
    fc.assert(
      fc.property(rangeHeader, (header) => {
        const asked = parseRange(header, SIZE);
        if (asked.kind !== 'ranges') throw new Error('the generated header is valid');
        const plan = planMultipart(asked.ranges, { size: SIZE, contentType: 'video/mp4' }, 'b0undary');
        const body =
          plan.parts
            .map(({ heading, range }) => heading + content.toString('latin1', range.start, range.end))
            .join('') + plan.closing;
        expect(body.length).toBe(plan.contentLength);
        expect(readParts(body, 'b0undary')).toEqual(
          asked.ranges.map(({ start, end }) => ({
            range: `bytes ${start}-${end - 1}/${SIZE}`,
            bytes: content.toString('latin1', start, end),
          })),
        );
      }),
    );
  });
});
