import { useSignal, type ReadonlySignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import {
  cellsBetween,
  gridGeometry,
  type CellRange,
  type CellStyle,
  type GridGeometry,
} from './grid-geometry.ts';

const SPARE_ROWS = 4;

export interface GridWindow {
  readonly geometry: GridGeometry;
  readonly range: CellRange;
}

/** Follows the page's scrolling and the width of the grid; null until the grid was measured. */
export function useGridWindow(
  grid: { readonly current: HTMLElement | null },
  count: number,
  style: CellStyle,
): ReadonlySignal<GridWindow | null> {
  const current = useSignal<GridWindow | null>(null);
  const latest = useRef({ count, style });
  latest.current = { count, style };

  const measure = (): void => {
    const element = grid.current;
    if (element === null) return;
    const geometry = gridGeometry(element.clientWidth, latest.current.style);
    const top = -element.getBoundingClientRect().top;
    const heights = { top, bottom: top + window.innerHeight };
    const range = cellsBetween(geometry, latest.current.count, heights, SPARE_ROWS);
    if (!isSame(current.peek(), { geometry, range })) current.value = { geometry, range };
  };

  useLayoutEffect(() => {
    let frame = 0;
    const later = (): void => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(measure);
    };
    const observer = new ResizeObserver(later);
    if (grid.current !== null) observer.observe(grid.current);
    window.addEventListener('scroll', later, { passive: true });
    window.addEventListener('resize', later, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      window.removeEventListener('scroll', later);
      window.removeEventListener('resize', later);
    };
  }, []);
  useLayoutEffect(measure);
  return current;
}

function isSame(one: GridWindow | null, other: GridWindow): boolean {
  if (one === null) return false;
  const { columns, cellWidth, cellHeight } = one.geometry;
  return (
    one.range.first === other.range.first &&
    one.range.end === other.range.end &&
    columns === other.geometry.columns &&
    cellWidth === other.geometry.cellWidth &&
    cellHeight === other.geometry.cellHeight
  );
}
