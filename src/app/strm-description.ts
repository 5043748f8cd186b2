import type { FileEntry } from '../library/entry.ts';
import type { Library } from '../library/library.ts';
import type { MediaTable } from '../media/media-table.ts';
import type { Descriptions } from '../strm/descriptions.ts';
import { stemOf } from '../strm/local-path.ts';
import { nfoText } from '../strm/nfo.ts';
import { organisedPlace } from '../strm/organised.ts';

interface Known {
  readonly library: Pick<Library, 'entryAt'>;
  readonly media: Pick<MediaTable, 'find' | 'newsSince'>;
}

/** The .nfo of videos that were probed. */
export function mediaDescriptions(known: Known): Descriptions {
  return {
    textFor: (file, path) => descriptionOf(known, file, path),
    newsSince: (cursor) => known.media.newsSince(cursor),
  };
}

/** Null: it was not probed, or somebody keeps a .nfo of their own beside it. */
function descriptionOf({ library, media }: Known, file: FileEntry, path: string): string | null {
  const record = media.find(file);
  if (record === null || !('info' in record) || record.info.video.length === 0) return null;
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  if (library.entryAt(`${folder}${stemOf(file.name)}.nfo`) !== null) return null;
  return nfoText(organisedPlace(path), record.info);
}
