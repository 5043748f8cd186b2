import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo } from 'preact/hooks';
import { DetailsSheet } from '../details/details-sheet.tsx';
import { counted, formatSize } from '../format/format.ts';
import { folderRoute } from '../routing/route.ts';
import { FailureNotice, Notice } from '../shell/notice.tsx';
import { useServices } from '../shell/services.ts';
import { useTitle } from '../shell/title.ts';
import { Breadcrumbs } from './breadcrumbs.tsx';
import { EntryGrid } from './entry-grid.tsx';
import { FolderActions } from './folder-actions.tsx';
import type { FolderListing } from './folder-listing.ts';
import { KindFilter, kindOf, KINDS, type Kind } from './kind-filter.tsx';
import { LayoutControl, SortControl } from './view-controls.tsx';

interface FolderPageProps {
  readonly path: string;
  /** The file whose details are open. */
  readonly details: string | null;
}

export function FolderPage({ path, details }: FolderPageProps) {
  const { router, listings, preferences } = useServices();
  const sortBy = preferences.sortBy.value;
  const descending = preferences.descending.value;
  const listing = useMemo(() => listings.get({ path, sortBy, descending }), [path, sortBy, descending]);
  const kind = useSignal<Kind | null>(null);
  const name = path === '/' ? 'Library' : path.slice(path.lastIndexOf('/') + 1);
  useTitle(name);
  useEffect(() => {
    void listing.load();
    return () => listing.stop();
  }, [listing]);
  useReadAgainUntilListed(listing);
  useScrollRestored(listing.folder.value !== null);

  const entries = listing.entries.value;
  const shown = kind.value === null ? entries : entries.filter((entry) => kindOf(entry) === kind.value);
  const offered = useMemo(() => KINDS.filter((each) => entries.some((e) => kindOf(e) === each)), [entries]);

  return (
    <>
      <div class="folder-head">
        <Breadcrumbs path={path} />
        <div class="folder-title">
          <h1>
            <bdi>{name}</bdi>
          </h1>
          <FolderActions listing={listing} path={path} />
        </div>
        <Summary listing={listing} />
        <div class="controls">
          {offered.length > 1 && <KindFilter chosen={kind} offered={offered} />}
          <div class="view-controls">
            <SortControl />
            <LayoutControl />
          </div>
        </div>
      </div>
      <Content
        listing={listing}
        grid={
          <EntryGrid
            label={`Contents of ${name}`}
            entries={shown}
            count={kind.value === null ? countOf(listing) : shown.length}
            showPaths={false}
            onDetails={(file) => router.go({ view: 'folder', path, details: file.id })}
          />
        }
        isFiltered={kind.value !== null && shown.length === 0}
      />
      {details !== null && (
        <DetailsSheet id={details} known={entries} onClose={() => router.back(folderRoute(path))} />
      )}
    </>
  );
}

interface ContentProps {
  readonly listing: FolderListing;
  readonly grid: JSX.Element;
  readonly isFiltered: boolean;
}

function Content({ listing, grid, isFiltered }: ContentProps) {
  const failure = listing.failure.value;
  const folder = listing.folder.value;
  if (failure !== null && folder === null) {
    return <FailureNotice failure={failure} onRetry={() => void listing.load()} />;
  }
  if (folder === null) return <Skeleton />;
  if (listing.entries.value.length > 0) {
    return (
      <>
        {failure !== null && <FailureNotice failure={failure} onRetry={() => void listing.load()} />}
        {isFiltered ? <Notice icon="search" title="Nothing of this kind here" /> : grid}
      </>
    );
  }
  if (folder.listed === null) {
    return (
      <Notice icon="refresh" title="Reading this folder">
        <p>1fichier is asked for what is in it. That takes a few seconds.</p>
      </Notice>
    );
  }
  return (
    <Notice icon="folder" title="This folder is empty">
      <p>What is put into it at 1fichier shows here after the next look.</p>
    </Notice>
  );
}

function Summary({ listing }: { readonly listing: FolderListing }) {
  const contents = listing.contents.value;
  if (contents === null) return <p class="summary">&nbsp;</p>;
  const parts = [
    contents.folders > 0 ? counted(contents.folders, 'folder') : null,
    contents.files > 0 ? counted(contents.files, 'file') : null,
    contents.bytes > 0 ? formatSize(contents.bytes) : null,
  ];
  return <p class="summary">{parts.filter((part) => part !== null).join(' · ')}&nbsp;</p>;
}

/** Shapes of what is about to come, so that nothing jumps when it does. */
function Skeleton() {
  return (
    <div class="skeleton" aria-hidden="true">
      {Array.from({ length: 12 }, (_, index) => (
        <span key={index} />
      ))}
    </div>
  );
}

function countOf(listing: FolderListing): number {
  const known = listing.entries.value.length;
  const contents = listing.contents.value;
  if (listing.isComplete.value || contents === null) return known;
  return Math.max(known, contents.folders + contents.files);
}

const READ_AGAIN_MS = 2000;

/** A folder that was never read is being read because someone opened it; one too large to be read whole has entries. */
function useReadAgainUntilListed(listing: FolderListing): void {
  const isUnread = listing.folder.value?.listed === null && listing.entries.value.length === 0;
  useEffect(() => {
    if (!isUnread) return undefined;
    const timer = setInterval(() => void listing.load(), READ_AGAIN_MS);
    return () => clearInterval(timer);
  }, [listing, isUnread]);
}

function useScrollRestored(isReady: boolean): void {
  const { router } = useServices();
  useLayoutEffect(() => {
    if (isReady) window.scrollTo(0, router.scrollPosition);
  }, [isReady]);
}
