/** How cells of one size lie in a column of the page; all lengths in CSS pixels. */
export interface GridGeometry {
  readonly columns: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly gap: number;
}

export interface CellStyle {
  /** As many columns as fit; null: always one. */
  readonly leastWidth: number | null;
  readonly leastColumns: number;
  readonly gap: number;
  /** Height of a cell of the given width. */
  readonly height: (width: number) => number;
}

export function gridGeometry(width: number, style: CellStyle): GridGeometry {
  const { leastWidth, leastColumns, gap } = style;
  const fitting = leastWidth === null ? 1 : Math.floor((width + gap) / (leastWidth + gap));
  const columns = Math.max(leastColumns, fitting, 1);
  const cellWidth = Math.max(0, (width - gap * (columns - 1)) / columns);
  return { columns, cellWidth, cellHeight: Math.round(style.height(cellWidth)), gap };
}

export function totalHeight({ columns, cellHeight, gap }: GridGeometry, count: number): number {
  const rows = Math.ceil(count / columns);
  return rows === 0 ? 0 : rows * (cellHeight + gap) - gap;
}

export function cellPosition(
  geometry: GridGeometry,
  index: number,
): { readonly left: number; readonly top: number } {
  const { columns, cellWidth, cellHeight, gap } = geometry;
  return {
    left: (index % columns) * (cellWidth + gap),
    top: Math.floor(index / columns) * (cellHeight + gap),
  };
}

/** Cells that stand in the document: from `first` to before `end`. */
export interface CellRange {
  readonly first: number;
  readonly end: number;
}

/** The cells between two heights of the grid, and `spareRows` more on each side so that scrolling meets no gap. */
export function cellsBetween(
  { columns, cellHeight, gap }: GridGeometry,
  count: number,
  heights: { readonly top: number; readonly bottom: number },
  spareRows: number,
): CellRange {
  const pitch = cellHeight + gap;
  const firstRow = Math.floor(heights.top / pitch) - spareRows;
  const endRow = Math.ceil(heights.bottom / pitch) + spareRows;
  const first = Math.min(Math.max(0, firstRow * columns), count);
  return { first, end: Math.max(first, Math.min(count, endRow * columns)) };
}

/** Where a key leads from cell `from`; null: it is no key of the grid. */
export function cellAfterKey(
  key: string,
  from: number,
  count: number,
  { columns, rowsInView }: { readonly columns: number; readonly rowsInView: number },
): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    PageUp: -columns * rowsInView,
    PageDown: columns * rowsInView,
    Home: -from,
    End: count - 1 - from,
  };
  const step = steps[key];
  if (step === undefined || count === 0) return null;
  const to = from + step;
  if (to >= 0 && to < count) return to;
  // A page further than the end is the end; a step further is none.
  if (key === 'PageUp') return 0;
  if (key === 'PageDown') return count - 1;
  const isShortLastRow =
    key === 'ArrowDown' && Math.floor(from / columns) < Math.floor((count - 1) / columns);
  return isShortLastRow ? count - 1 : from;
}
