import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { FileEntry } from '../library/entry.ts';
import type { Library } from '../library/library.ts';
import { mediaKindOf } from '../library/media-kind.ts';
import type { LinkSource } from '../links/link.ts';
import { NextLinkPrefetch } from '../links/prefetch.ts';
import type { StreamStatus } from '../streaming/streams.ts';

export interface NextEpisodeParts {
  readonly library: Pick<Library, 'fileById' | 'children'>;
  readonly links: Pick<LinkSource, 'get'>;
  readonly streams: { active(): readonly StreamStatus[] };
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'debug'>;
}

/** How often running streams are looked at (ms). */
const LOOK_EVERY_MS = 5_000;
/** A stream younger than this (ms) may be a scanner's look at the tail, not somebody who watches. */
const WATCHING_AFTER_MS = 20_000;
const REMAINING_SHARE = 0.05;
const REMAINING_MS = 3 * 60_000;

/** Gets the link of the next episode ready while the one before it ends; the returned function stops it. */
export function prefetchNextEpisodes(parts: NextEpisodeParts): () => void {
  const { library, links, streams, clock, logger } = parts;
  const prefetch = new NextLinkPrefetch<FileEntry>({
    links,
    clock,
    nextFile: (file) => nextEpisode(library, file)?.url ?? null,
    remainingShare: REMAINING_SHARE,
    remainingMs: REMAINING_MS,
    onFailure: (error) => logger.debug({ err: error }, 'the link of the next episode is not ready'),
  });
  const look = (): void => {
    for (const { file, position, rate, startedAt } of streams.active()) {
      const entry = clock.now() - startedAt < WATCHING_AFTER_MS ? null : library.fileById(file.id);
      if (entry !== null) prefetch.progressed(entry, position, rate);
    }
    callOff = clock.after(LOOK_EVERY_MS, look);
  };
  let callOff = clock.after(LOOK_EVERY_MS, look);
  return () => callOff();
}

/** The file of the same kind that follows in the natural order of its folder. */
function nextEpisode(library: Pick<Library, 'children'>, file: FileEntry): FileEntry | null {
  const kind = mediaKindOf(file.name, file.contentType);
  let passed = false;
  for (const entry of library.children(file.parentId)) {
    if (entry.kind === 'folder') continue;
    if (passed && mediaKindOf(entry.name, entry.contentType) === kind) return entry;
    passed ||= entry.id === file.id;
  }
  return null;
}
