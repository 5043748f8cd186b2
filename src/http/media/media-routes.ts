import type { ApiRoutes } from '../api/api.ts';
import { playRoute } from './play-route.ts';
import type { MediaRoutesParts } from './media-routes-parts.ts';

/** `/media/…`: what ffmpeg makes of files. */
export function mediaRoutes(parts: MediaRoutesParts): ApiRoutes {
  return (server, _options, done) => {
    server.register(playRoute, parts);
    done();
  };
}
