import { join } from 'node:path';
import type { ApiRoutes } from '../http/api/api.ts';
import { informationRoute } from '../http/media/information-route.ts';
import type { Settings } from '../config/settings.ts';
import type { UrlSigner } from '../http/auth/url-signer.ts';
import { mediaRoutes } from '../http/media/media-routes.ts';
import { BackgroundScan } from '../media/background-scan.ts';
import { BrowserPlayer } from '../media/browser-player.ts';
import { DerivedCache } from '../media/derived-cache.ts';
import { Loopback } from '../media/loopback.ts';
import { MediaCatalogue } from '../media/media-catalogue.ts';
import { MediaTools } from '../media/media-tools.ts';
import type { MediaLibrary } from '../media/media-info.ts';
import { ProcessSlots } from '../media/process-slots.ts';
import { Subtitles } from '../media/subtitles.ts';
import { Thumbnails } from '../media/thumbnails.ts';
import type { AccountLibrary } from './account-library.ts';
import type { Surroundings } from './surroundings.ts';
import type { StreamingParts } from './streaming-parts.ts';
import { openAll } from './teardown.ts';

/** What looks into media files. */
export interface MediaParts {
  readonly media: MediaLibrary;
  routes(signer: UrlSigner | null): { readonly apiRoutes: ApiRoutes; readonly mediaRoutes: ApiRoutes };
  close(): Promise<void>;
}

/** A page of thumbnails asks for this many at once, and then some. */
const MOST_WAITING_JOBS = 200;
const JOB_PATIENCE_MS = 60_000;
/** Who seeks leaves one process and asks for the next in one breath. */
const PLAY_PATIENCE_MS = 3_000;

export function openMedia(
  settings: Settings,
  { clock, logger }: Surroundings,
  { library, media: table, api }: AccountLibrary,
  { reader, streams }: StreamingParts,
): Promise<MediaParts> {
  return openAll(async (teardown) => {
    const loopback = new Loopback();
    teardown.onClose(() => loopback.close());
    const { ffmpeg, ffprobe, mediaProcesses, playProcesses } = settings;
    const jobs = { processes: mediaProcesses, waiting: MOST_WAITING_JOBS, patienceMs: JOB_PATIENCE_MS };
    const players = { processes: playProcesses, waiting: playProcesses, patienceMs: PLAY_PATIENCE_MS };
    const tools = new MediaTools({
      programs: { ffmpeg, ffprobe },
      loopback,
      jobs: new ProcessSlots(jobs, clock),
      players: new ProcessSlots(players, clock),
      clock,
    });
    const mayProbe = settings.probe !== 'off';
    const media = new MediaCatalogue({ table, tools, reader, mayProbe });
    const player = new BrowserPlayer(tools, reader);
    const cache = await DerivedCache.open({
      directory: join(settings.dataDir, 'derived'),
      budgetBytes: settings.thumbnailCache,
      clock,
      onProblem: (message) => logger.warn(message),
    });
    const thumbnails = new Thumbnails({ library, media, tools, reader, cache, clock });
    const subtitles = new Subtitles({ media, tools, reader, cache });
    if (settings.probe === 'background') {
      const scan = new BackgroundScan({
        library,
        media,
        table,
        streams,
        budget: () => api.budget(),
        clock,
        onFailure: (error, { id }) =>
          logger.info({ fileId: id, err: error }, 'a media file is looked into later'),
      });
      scan.start();
      teardown.onClose(() => scan.stop());
    }
    const hasPrograms = (): Promise<boolean> => tools.available();
    const canToneMap = (): Promise<boolean> => tools.canToneMap();
    const routes: MediaParts['routes'] = (signer) => {
      const parts = { library, media, player, thumbnails, subtitles, hasPrograms, canToneMap, signer, clock };
      return { apiRoutes: informationRoute(parts), mediaRoutes: mediaRoutes(parts) };
    };
    return { media, routes, close: () => teardown.close() };
  });
}
