import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { BridgeError } from '../errors.ts';
import type { FichierClient } from '../fichier/client.ts';
import { fichierSchema, sqliteStateStore } from '../fichier/state-store.ts';
import { catalogueSchema } from '../library/catalogue-schema.ts';
import { fileIdOf } from '../library/file-id.ts';
import { defaultLibrarySettings, MirroredLibrary } from '../library/mirrored-library.ts';
import { resolveRoot } from '../library/resolve-root.ts';
import { LinkCache } from '../links/link-cache.ts';
import { LINK_SCHEMA, LinkStore } from '../links/link-store.ts';
import { openCheckedDatabase, type Database } from '../store/database.ts';
import { lockDataDirectory } from '../store/instance-lock.ts';
import { mediaSchema, MediaTable } from '../media/media-table.ts';
import { webDavSchema } from '../webdav/schema.ts';
import { ensureDataDirectory, makePrivateFile } from './data-directory.ts';
import { connectToFichier } from './fichier-client.ts';
import type { Surroundings } from './surroundings.ts';
import { openAll, type Teardown } from './teardown.ts';

/** The account and its mirror, without anything that serves it. */
export interface AccountLibrary {
  readonly database: Database;
  readonly api: FichierClient;
  readonly library: MirroredLibrary;
  readonly links: LinkCache;
  /** What is known of the insides of its files. */
  readonly media: MediaTable;
  close(): Promise<void>;
}

/**
 * Locks the data directory and opens the catalogue in it.
 *
 * @throws BridgeError `data-dir-locked`, `config-invalid`, or what the API says of FICHIER_ROOT.
 */
export function openAccountLibrary(settings: Settings, surroundings: Surroundings): Promise<AccountLibrary> {
  return openAll(async (teardown) => {
    const { clock, logger } = surroundings;
    ensureDataDirectory(settings.dataDir);
    const lock = lockDataDirectory(settings.dataDir);
    teardown.onClose(() => lock.release());

    const database = openStore(settings, surroundings, teardown);
    const api = openApi(settings, surroundings, database, teardown);
    const library = new MirroredLibrary({
      database,
      api,
      clock,
      rootId: await resolveRoot(database, api, settings.root, { priority: 'browse' }),
      settings: {
        ...defaultLibrarySettings,
        roundMs: settings.crawlInterval,
        activeMs: settings.crawlActiveInterval,
        staleAfterMs: settings.browseInterval,
      },
      onListenerFailure: (error) => logger.error({ err: error }, 'a change of the library was not taken up'),
    });
    teardown.onClose(() => library.stop());
    const links = new LinkCache({
      api,
      clock,
      store: new LinkStore(database),
      lifetime:
        settings.linkProfile === 'lenient'
          ? { profile: 'lenient', maxAgeMs: settings.linkMaxAge }
          : { profile: 'documented' },
      onStoreFailure: (error) => logger.warn({ err: error }, 'direct links are kept in memory only'),
      onFileGone: (url) => {
        library.noteDenied(fileIdOf(url)).catch((error: unknown) => {
          logger.debug({ err: error }, 'the folder of a file that is gone was not read');
        });
      },
      isMissing: (url) => library.isMissing(fileIdOf(url)),
    });
    const media = new MediaTable(database);
    return { database, api, library, links, media, close: () => teardown.close() };
  });
}

function openStore(settings: Settings, { clock, logger }: Surroundings, teardown: Teardown): Database {
  const schemas = [fichierSchema, catalogueSchema, LINK_SCHEMA, mediaSchema, webDavSchema];
  const file = join(settings.dataDir, 'bridge.db');
  makePrivateFile(file);
  const database = openCheckedDatabase(file, schemas, clock.now(), (movedTo) => {
    logger.warn({ movedTo }, 'the catalogue was damaged; it is moved aside and made anew from the account');
  });
  teardown.onClose(() => database.close());
  return database;
}

function openApi(
  settings: Settings,
  surroundings: Surroundings,
  database: Database,
  teardown: Teardown,
): FichierClient {
  if (settings.apiKey === null) {
    throw new BridgeError('config-invalid', 'FICHIER_API_KEY is not set', {
      hint: 'Make an API key in the 1fichier console (Parameters) and set FICHIER_API_KEY or FICHIER_API_KEY_FILE.',
    });
  }
  const connected = connectToFichier(settings, surroundings, settings.apiKey, {
    pacer: { callsPerSecond: settings.callsPerSecond, burst: settings.callBurst },
    store: sqliteStateStore(database, surroundings.clock.now()),
    log: surroundings.logger,
    useCdnCredits: settings.cdnCredits,
  });
  teardown.onClose(() => connected.close());
  return connected.api;
}
