import type { Entry, FileEntry } from '../api/types.ts';
import { formatDate, formatSize } from '../format/format.ts';
import type { Layout } from '../preferences/preferences.ts';
import { folderRoute, formatRoute, parentPath } from '../routing/route.ts';
import { Icon } from '../shell/icon.tsx';
import { useServices } from '../shell/services.ts';
import { Picture } from './picture.tsx';

interface EntryCellProps {
  readonly entry: Entry;
  readonly layout: Layout;
  /** Of all cells, the one that the Tab key reaches. */
  readonly isActive: boolean;
  readonly showPath: boolean;
  readonly onDetails: (file: FileEntry) => void;
}

export function EntryCell({ entry, layout, isActive, showPath, onDetails }: EntryCellProps) {
  const { watched } = useServices();
  const tabIndex = isActive ? 0 : -1;
  const route = entry.kind === 'folder' ? folderRoute(entry.path) : ({ view: 'file', id: entry.id } as const);
  const share = entry.kind === 'file' ? watched.share(entry.id) : null;
  return (
    <>
      <a class="cell-link" href={formatRoute(route)} tabIndex={tabIndex} title={entry.name}>
        <span class="cell-picture">
          <Picture entry={entry} width={layout === 'grid' ? 480 : 160} />
          {share !== null && <progress class="watched" max={1} value={share} aria-label="Watched" />}
        </span>
        <span class="cell-text">
          <bdi class="cell-name">{entry.name}</bdi>
          {showPath && <bdi class="cell-path">{parentPath(entry.path)}</bdi>}
          <Facts entry={entry} />
        </span>
      </a>
      {entry.kind === 'file' && (
        <button
          type="button"
          class="icon-button cell-details"
          tabIndex={tabIndex}
          aria-label={`Details of ${entry.name}`}
          onClick={() => onDetails(entry)}
        >
          <Icon name="more" />
        </button>
      )}
    </>
  );
}

function Facts({ entry }: { readonly entry: Entry }) {
  return (
    <span class="cell-facts">
      <span class="cell-size">{entry.kind === 'file' ? formatSize(entry.size) : 'Folder'}</span>
      <span class="cell-date">{formatDate(entry.modified)}</span>
    </span>
  );
}
