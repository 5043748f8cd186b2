import type { Clock } from '../../clock.ts';
import { BridgeError } from '../../errors.ts';
import type { FileEntry } from '../../library/entry.ts';
import type { Library } from '../../library/library.ts';
import type { BrowserPlayer } from '../../media/browser-player.ts';
import type { MediaLibrary } from '../../media/media-info.ts';
import type { Subtitles } from '../../media/subtitles.ts';
import type { Thumbnails } from '../../media/thumbnails.ts';
import type { UrlSigner } from '../auth/url-signer.ts';

/** What the media routes are built on. */
export interface MediaRoutesParts {
  readonly library: Pick<Library, 'fileById'>;
  readonly media: MediaLibrary;
  readonly player: Pick<BrowserPlayer, 'play'>;
  readonly thumbnails: Pick<Thumbnails, 'get'>;
  readonly subtitles: Pick<Subtitles, 'ofTrack' | 'ofFile'>;
  /** Whether ffmpeg and ffprobe can be run. */
  readonly hasPrograms: () => Promise<boolean>;
  /** Whether this ffmpeg keeps the colours of HDR. */
  readonly canToneMap: () => Promise<boolean>;
  readonly signer: UrlSigner | null;
  readonly clock: Clock;
}

/** @throws BridgeError `file-not-found` */
export function fileOf({ library }: Pick<MediaRoutesParts, 'library'>, fileId: string): FileEntry {
  const file = library.fileById(fileId);
  if (file === null) throw new BridgeError('file-not-found', 'no file has this id');
  return file;
}
