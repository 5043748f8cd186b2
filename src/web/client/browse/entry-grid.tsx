import { useSignal } from '@preact/signals';
import type { TargetedKeyboardEvent } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Entry, FileEntry } from '../api/types.ts';
import { useServices } from '../shell/services.ts';
import { cellStyleOf } from './cell-style.ts';
import { EntryCell } from './entry-cell.tsx';
import { cellAfterKey, cellPosition, totalHeight, type GridGeometry } from './grid-geometry.ts';
import { useGridWindow } from './use-grid-window.ts';

interface EntryGridProps {
  readonly label: string;
  readonly entries: readonly Entry[];
  /** All there will be; the first of them are in `entries` already. */
  readonly count: number;
  /** Results come from anywhere, so they say where they are. */
  readonly showPaths: boolean;
  readonly onDetails: (file: FileEntry) => void;
}

/** Entries as cards or lines. Only those in view, and the one with the focus, stand in the document. */
export function EntryGrid({ label, entries, count, showPaths, onDetails }: EntryGridProps) {
  const { preferences } = useServices();
  const layout = preferences.layout.value;
  const grid = useRef<HTMLUListElement>(null);
  const current = useGridWindow(grid, count, cellStyleOf(layout, showPaths)).value;
  const active = useSignal(0);
  const focusWanted = useRef(false);
  const activeIndex = Math.min(active.value, Math.max(0, entries.length - 1));

  useLayoutEffect(() => {
    if (!focusWanted.current) return;
    focusWanted.current = false;
    grid.current
      ?.querySelector<HTMLElement>(`[data-index="${activeIndex}"] a`)
      ?.focus({ preventScroll: true });
  }, [activeIndex]);

  const onKeyDown = (event: TargetedKeyboardEvent<HTMLUListElement>): void => {
    if (current === null || event.altKey || event.ctrlKey || event.metaKey) return;
    const entry = entries[activeIndex];
    if (event.key === 'i' && entry?.kind === 'file') {
      onDetails(entry);
      return;
    }
    const rowsInView = Math.max(1, Math.floor(window.innerHeight / (current.geometry.cellHeight + 1)) - 1);
    const { columns } = current.geometry;
    const to = cellAfterKey(event.key, activeIndex, entries.length, { columns, rowsInView });
    if (to === null) return;
    event.preventDefault();
    focusWanted.current = to !== activeIndex;
    active.value = to;
    if (grid.current !== null) bringIntoView(grid.current, current.geometry, to);
  };

  return (
    <ul
      ref={grid}
      class={`entries ${layout}`}
      aria-label={label}
      style={{ height: `${current === null ? 0 : totalHeight(current.geometry, count)}px` }}
      onKeyDown={onKeyDown}
    >
      {current !== null &&
        indexesOf(current.range, activeIndex, entries.length).map((index) => {
          const entry = entries[index];
          const { left, top } = cellPosition(current.geometry, index);
          const { cellWidth: width, cellHeight: height } = current.geometry;
          return (
            <li
              key={entry === undefined ? `empty-${index}` : `${entry.kind}-${entry.id}`}
              class="cell"
              data-index={index}
              aria-setsize={count}
              aria-posinset={index + 1}
              style={{
                transform: `translate(${left}px, ${top}px)`,
                width: `${width}px`,
                height: `${height}px`,
              }}
              onFocusIn={() => (active.value = index)}
            >
              {entry !== undefined && (
                <EntryCell
                  entry={entry}
                  layout={layout}
                  isActive={index === activeIndex}
                  showPath={showPaths}
                  onDetails={onDetails}
                />
              )}
            </li>
          );
        })}
    </ul>
  );
}

/** In their order, so that a screen reader meets them as they are shown. */
function indexesOf(
  range: { readonly first: number; readonly end: number },
  active: number,
  count: number,
): number[] {
  const indexes: number[] = [];
  for (let index = range.first; index < range.end; index += 1) indexes.push(index);
  if (active < count && active < range.first) indexes.unshift(active);
  if (active < count && active >= range.end) indexes.push(active);
  return indexes;
}

/** Pixels at the top of the window that the top bar covers. */
const COVERED_TOP = 72;
const MARGIN = 16;

function bringIntoView(grid: HTMLElement, geometry: GridGeometry, index: number): void {
  const top = grid.getBoundingClientRect().top + cellPosition(geometry, index).top;
  const bottom = top + geometry.cellHeight;
  if (top < COVERED_TOP + MARGIN) window.scrollBy({ top: top - COVERED_TOP - MARGIN });
  else if (bottom > window.innerHeight - MARGIN) {
    window.scrollBy({ top: bottom - window.innerHeight + MARGIN });
  }
}
