import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cellAfterKey,
  cellPosition,
  cellsBetween,
  gridGeometry,
  totalHeight,
  type CellStyle,
} from '../../src/web/client/browse/grid-geometry.ts';

const CARDS: CellStyle = { leastWidth: 200, leastColumns: 2, gap: 16, height: (width) => width / 2 };

describe('a grid', () => {
  it('has as many columns as fit, and fills the width with them', () => {
    expect(gridGeometry(1000, CARDS)).toEqual({ columns: 4, cellWidth: 238, cellHeight: 119, gap: 16 });
    expect(gridGeometry(320, CARDS).columns).toBe(2);
    expect(gridGeometry(1000, { ...CARDS, leastWidth: null, leastColumns: 1 }).columns).toBe(1);
  });

  it('is as high as its rows and the gaps between them', () => {
    const geometry = gridGeometry(1000, CARDS);
    expect(totalHeight(geometry, 0)).toBe(0);
    expect(totalHeight(geometry, 4)).toBe(119);
    expect(totalHeight(geometry, 5)).toBe(119 * 2 + 16);
  });

  it('keeps every cell that is in view in the document, and few more', () => {
    const width = fc.integer({ min: 1, max: 4000 });
    const count = fc.integer({ min: 0, max: 20_000 });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(width, count, share, (pageWidth, cells, scrolled) => {
        const geometry = gridGeometry(pageWidth, { ...CARDS, height: () => 100 });
        const top = scrolled * totalHeight(geometry, cells);
        const heights = { top, bottom: top + 800 };
        const { first, end } = cellsBetween(geometry, cells, heights, 2);
        for (let index = 0; index < cells; index += 1) {
          const cellTop = cellPosition(geometry, index).top;
          const isInView = cellTop < heights.bottom && cellTop + geometry.cellHeight > heights.top;
          if (isInView && (index < first || index >= end)) return false;
        }
        return end - first <= geometry.columns * 14;
      }),
      { numRuns: 50 },
    );
  });
});

describe('the keys of a grid', () => {
  const shape = { columns: 4, rowsInView: 3 };

  it.each([
    ['ArrowRight', 0, 1],
    ['ArrowLeft', 0, 0],
    ['ArrowDown', 1, 5],
    ['ArrowUp', 1, 1],
    ['ArrowDown', 7, 9],
    ['ArrowDown', 8, 8],
    ['PageDown', 0, 9],
    ['PageUp', 9, 0],
    ['Home', 6, 0],
    ['End', 0, 9],
  ])('%s leads from cell %i of ten to cell %i', (key, from, to) => {
    expect(cellAfterKey(key, from, 10, shape)).toBe(to);
  });

  it('are no others, and none where there is nothing', () => {
    expect(cellAfterKey('Enter', 0, 10, shape)).toBeNull();
    expect(cellAfterKey('ArrowDown', 0, 0, shape)).toBeNull();
  });
});
