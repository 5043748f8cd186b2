import { randomBytes } from 'node:crypto';
import { Registry } from 'prom-client';
import { openAccountLibrary, type AccountLibrary } from './app/account-library.ts';
import type { Surroundings } from './app/surroundings.ts';
import { openStrm } from './app/strm-parts.ts';
import type { ApiRoutes } from './http/api/api.ts';
import { firstRunRoutes } from './http/api/first-run-routes.ts';
import { directLinkRoutes } from './http/api/direct-link-routes.ts';
import { installation } from './app/installation.ts';
import { assertSafeToListen, listen } from './app/listen.ts';
import { openMedia } from './app/media-parts.ts';
import { prefetchNextEpisodes } from './app/next-episode.ts';
import { openNotifier } from './app/media-servers.ts';
import { announceRun } from './app/run-file.ts';
import { openStreaming, type StreamingParts } from './app/streaming-parts.ts';
import { openAll } from './app/teardown.ts';
import { webDavExtension } from './app/webdav-extension.ts';
import type { Settings } from './config/settings.ts';
import { UrlSigner } from './http/auth/url-signer.ts';
import { importHookRoutes } from './http/api/import-hook-routes.ts';
import { notifyRoutes } from './http/api/notify-routes.ts';
import { remoteUploadRoutes } from './http/api/remote-upload-routes.ts';
import { strmRoutes } from './http/api/strm-routes.ts';
import { FileServer } from './http/file-server.ts';
import type { Insight } from './http/operations/insight.ts';
import { setupRoutes } from './http/api/setup-routes.ts';
import { createHttpServer } from './http/server.ts';
import type { ServerNotifier } from './notify/server-notifier.ts';
import type { StrmService } from './strm/service.ts';
import { StrmWatch } from './strm/watch.ts';
import { builtPageDirectory } from './web/page-files.ts';
import { page } from './web/page.ts';

const OWNER_KEY_BYTES = 32;

/** A bridge that serves. */
export interface Bridge {
  /** For a browser on this machine, ending in a slash. */
  readonly address: string;
  readonly account: AccountLibrary;
  /** Lets streams end for up to BRIDGE_DRAIN_TIME, then closes every part in the reverse order of its opening. */
  close(): Promise<void>;
}

/**
 * The composition root: builds every part, wires them together and begins to serve.
 *
 * @param firstRun says whether an API key is asked for, and takes it.
 * @throws BridgeError `config-invalid`, `data-dir-locked`, or what the API says of FICHIER_ROOT.
 */
export function startBridge(
  settings: Settings,
  surroundings: Surroundings,
  firstRun: ApiRoutes = firstRunRoutes(null),
): Promise<Bridge> {
  assertSafeToListen(settings);
  return openAll(async (teardown) => {
    const account = await openAccountLibrary(settings, surroundings);
    teardown.onClose(() => account.close());
    const streaming = await openStreaming(settings, surroundings, account.links);
    teardown.onClose(() => streaming.close());
    const media = await openMedia(settings, surroundings, account, streaming);
    teardown.onClose(() => media.close());

    const notifier = openNotifier(settings, surroundings, teardown);
    const strm = openStrm(settings, surroundings, account, streaming.reader, notifier, teardown);

    const { clock, logger } = surroundings;
    const files = new FileServer({
      reader: streaming.reader,
      links: account.links,
      clock,
      clientTimeout: settings.clientTimeout,
    });
    const signer = settings.token === null ? null : new UrlSigner(settings.token);
    const { apiRoutes, mediaRoutes } = media.routes(signer);
    const ownerKey = randomBytes(OWNER_KEY_BYTES).toString('base64url');
    const server = createHttpServer({
      library: account.library,
      files,
      insight: insightInto(account, streaming, strm, notifier),
      metrics: new Registry(),
      signer,
      clock,
      logger,
      settings: {
        streamMode: settings.streamMode,
        modeByQuery: settings.streamModeByQuery,
        publicUrl: settings.publicUrl,
        token: settings.token,
        ownerKey,
        allowedHosts: settings.allowedHosts,
        drainTime: settings.drainTime,
      },
      apiRoutes: [
        directLinkRoutes(account),
        strmRoutes(strm),
        remoteUploadRoutes({ library: account.library, remoteUploads: account.api, write: settings.write }),
        apiRoutes,
        notifyRoutes(notifier),
        firstRun,
        setupRoutes(installation(settings, strm?.status().directories ?? [])),
        importHookRoutes({ library: account.library, paths: settings.importPaths }),
      ],
      mediaRoutes: [mediaRoutes],
      extensions: [
        webDavExtension(settings, account, files, clock),
        page(surroundings.pageDirectory ?? builtPageDirectory()),
      ],
    });
    teardown.onClose(() => server.close());
    const address = await listen(server, settings);
    teardown.onClose(announceRun(settings.dataDir, { address, ownerKey }));
    account.library.start();
    if (strm !== null) {
      const watch = new StrmWatch({ service: strm, ...account, clock, logger });
      teardown.onClose(() => watch.stop());
    }
    if (settings.prefetchNext) {
      const { library, links } = account;
      teardown.onClose(prefetchNextEpisodes({ library, links, streams: streaming.streams, clock, logger }));
    }
    return { address, account, close: () => teardown.close() };
  });
}

function insightInto(
  { api, links }: AccountLibrary,
  streaming: StreamingParts,
  strm: StrmService | null,
  notifier: Pick<ServerNotifier, 'status'>,
): Insight {
  return {
    account: (signal) => api.account({ priority: 'browse', signal }),
    budget: () => api.budget(),
    links: () => links.stats(),
    cache: () => streaming.cache(),
    strmRuns: () => strm?.lastRuns() ?? [],
    mediaServers: () => notifier.status(),
    streams: streaming.streams,
  };
}
