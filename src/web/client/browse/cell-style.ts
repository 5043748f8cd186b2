import type { Layout } from '../preferences/preferences.ts';
import type { CellStyle } from './grid-geometry.ts';

const CAPTION_HEIGHT = 78;
const PATH_HEIGHT = 18;
const LINE_HEIGHT = 56;

/** Sizes that the style sheet's cards and lines are drawn for. */
export function cellStyleOf(layout: Layout, showPaths: boolean): CellStyle {
  if (layout === 'list') {
    const height = LINE_HEIGHT + (showPaths ? PATH_HEIGHT : 0);
    return { leastWidth: null, leastColumns: 1, gap: 0, height: () => height };
  }
  const caption = CAPTION_HEIGHT + (showPaths ? PATH_HEIGHT : 0);
  return { leastWidth: 200, leastColumns: 2, gap: 16, height: (width) => (width * 9) / 16 + caption };
}
