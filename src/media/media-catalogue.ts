import { asBridgeError, BridgeError } from '../errors.ts';
import { isMoreUrgent } from '../fichier/api.ts';
import type { FileEntry } from '../library/entry.ts';
import { mediaKindOf } from '../library/media-kind.ts';
import type { ContentReader } from '../streaming/content.ts';
import type { MediaInfo, MediaLibrary } from './media-info.ts';
import type { MediaRecord, MediaTable } from './media-table.ts';
import { lentFile } from './lent-file.ts';
import type { MediaTools, ToolRequest } from './media-tools.ts';
import { readProbeAnswer } from './probe-answer.ts';
import { SharedWork } from './shared-work.ts';

interface MediaCatalogueParts {
  readonly table: MediaTable;
  readonly tools: Pick<MediaTools, 'probe'>;
  readonly reader: ContentReader;
  /** False: only what is known already is told. */
  readonly mayProbe: boolean;
}

/** Media information from the catalogue, and by ffprobe for what is not in it yet. */
export class MediaCatalogue implements MediaLibrary {
  readonly #parts: MediaCatalogueParts;
  readonly #probes = new SharedWork<MediaInfo>();

  constructor(parts: MediaCatalogueParts) {
    this.#parts = parts;
  }

  known(file: FileEntry): MediaInfo | null {
    const record = this.record(file);
    return record !== null && 'info' in record ? record.info : null;
  }

  /** Also tells of files that are known to be no media. */
  record(file: FileEntry): MediaRecord | null {
    return this.#parts.table.find(file);
  }

  async probe(file: FileEntry, request: Parameters<MediaLibrary['probe']>[1]): Promise<MediaInfo> {
    const record = this.record(file);
    if (record !== null) {
      if ('info' in record) return record.info;
      throw record.failure;
    }
    if (!holdsMedia(file))
      throw new BridgeError('media-unreadable', 'the file is of no kind that holds media');
    if (!this.#parts.mayProbe) {
      const hint = 'Set BRIDGE_PROBE to on-demand or background.';
      throw new BridgeError('forbidden', 'looking into media files is turned off', { hint });
    }
    // A person does not wait for a probe that stands behind all others; what it has read is in the cache already.
    const rank = isMoreUrgent(request.priority, 'crawl') ? 'person' : 'background';
    const { priority, signal } = request;
    return this.#probes.do(`${rank} ${file.id} ${file.version}`, signal, (ending) =>
      this.#probeNow(file, { priority, signal: ending }),
    );
  }

  async #probeNow(file: FileEntry, request: ToolRequest): Promise<MediaInfo> {
    const { tools, reader, table } = this.#parts;
    try {
      const answer = await tools.probe(
        lentFile(reader, file, { priority: request.priority, client: null }),
        request,
      );
      const info = readProbeAnswer(answer);
      if (info === null)
        throw new BridgeError('media-unreadable', 'ffprobe found no picture and no sound in it');
      table.save(file, { info });
      return info;
    } catch (error) {
      const failure = asBridgeError(error);
      if (failure.kind === 'media-unreadable') table.save(file, { failure });
      throw failure;
    }
  }
}

/** Whether a file is of a kind that is worth a look inside. */
function holdsMedia({ name, contentType }: Pick<FileEntry, 'name' | 'contentType'>): boolean {
  const kind = mediaKindOf(name, contentType);
  return kind === 'video' || kind === 'audio' || kind === 'image';
}
