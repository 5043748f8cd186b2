import type { ApiRoutes } from '../api/api.ts';
import { playRoute } from './play-route.ts';
import type { MediaRoutesParts } from './media-routes-parts.ts';
import { subtitleRoutes } from './subtitle-routes.ts';
import { thumbnailRoute } from './thumbnail-route.ts';

/** `/media/…`: what ffmpeg makes of files. */
export function mediaRoutes(parts: MediaRoutesParts): ApiRoutes {
  return (server, _options, done) => {
    server.register(playRoute, parts);
    server.register(thumbnailRoute, parts);
    server.register(subtitleRoutes, parts);
    done();
  };
}
