import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Block } from '../../src/streaming/block.ts';
import { bytesOf } from './fake-upstream.ts';

const START = 1000;

function bytesIn(block: Block): Buffer {
  return Buffer.concat(block.pieces);
}

it('a block holds what was appended, in chunks of any size, and every view of it is right and stays so', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 20_000 }))),
      (sizes) => {
        const total = Math.max(
          1,
          sizes.reduce((sum, size) => sum + size, 0),
        );
        const block = Block.empty(0, START, START + total);
        const views: { readonly at: number; readonly view: Buffer }[] = [];
        for (const size of sizes) {
          const at = block.end;
          expect(block.append(bytesOf('x', at, at + size), 0)).toBe(size);
          views.push({ at, view: block.slice(at, block.end) });
        }
        for (const { at, view } of views) {
          expect(view.length).toBeGreaterThan(0);
          expect(view.equals(bytesOf('x', at, at + view.length))).toBe(true);
        }
        expect(bytesIn(block).equals(bytesOf('x', START, block.end))).toBe(true);
      },
    ),
  );
});

it('a block takes no more than it has room for', () => {
  const block = Block.empty(0, START, START + 10_000);
  expect(block.append(Buffer.alloc(20_000), 5000)).toBe(10_000);
  expect(block.full).toBe(true);
});

it('a block filled by drops takes little more memory than its bytes', () => {
  const block = Block.empty(0, 0, 100_000);
  for (let drop = 0; drop < 100_000; drop += 1) block.append(Buffer.from([drop]), 0);
  expect(new Set(block.pieces.map((piece) => piece.buffer)).size).toBeLessThan(10);
});

it('runs that touch or overlap join into one, and of others the longer stays', () => {
  const run = fc.record({ start: fc.nat(50_000), length: fc.integer({ min: 1, max: 50_000 }) });
  fc.assert(
    fc.property(run, run, (a, b) => {
      const [one, other] = [a, b].map(({ start, length }) =>
        Block.of(0, start, bytesOf('x', start, start + length)),
      );
      if (one === undefined || other === undefined) return;
      const joined = one.joinedWith(other);
      expect(bytesIn(joined).equals(bytesOf('x', joined.start, joined.end))).toBe(true);
      const touching = one.start <= other.end && other.start <= one.end;
      const length = touching
        ? Math.max(one.end, other.end) - Math.min(one.start, other.start)
        : Math.max(a.length, b.length);
      expect(joined.end - joined.start).toBe(length);
    }),
  );
});
