import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { BridgeError } from '../errors.ts';
import { streamAddress } from '../http/addresses.ts';
import { UrlSigner } from '../http/auth/url-signer.ts';
import type { Notifier } from '../notify/notifier.ts';
import { openCheckedDatabase } from '../store/database.ts';
import type { ContentReader } from '../streaming/content.ts';
import { strmSchema } from '../strm/manifest-schema.ts';
import { organisedPlace } from '../strm/organised.ts';
import { strmRoots } from '../strm/roots.ts';
import { StrmService } from '../strm/service.ts';
import type { AccountLibrary } from './account-library.ts';
import type { Surroundings } from './surroundings.ts';
import { changesOf } from './strm-changes.ts';
import { mediaDescriptions } from './strm-description.ts';
import { makePrivateFile } from './data-directory.ts';
import { urlHost } from './listen.ts';
import { openNotifier } from './media-servers.ts';
import { openStreaming } from './streaming-parts.ts';
import { openAll, type Teardown } from './teardown.ts';

/**
 * What keeps directories of .strm files like the library; null when no directory is set.
 *
 * @param reader gives the bytes of what lies beside films.
 * @param notifier is told of every file that is written, renamed or removed.
 * @throws BridgeError `config-invalid`
 */
export function openStrm(
  settings: Settings,
  { clock, logger }: Surroundings,
  { library, media }: AccountLibrary,
  reader: Pick<ContentReader, 'open'>,
  notifier: Pick<Notifier, 'changed'>,
  teardown: Teardown,
): StrmService | null {
  const roots = strmRoots(settings);
  if (roots.length === 0) return null;
  if (settings.strmCompanions === 'link' && settings.strmMount === null) {
    throw new BridgeError(
      'config-invalid',
      'BRIDGE_STRM_COMPANIONS is link, and BRIDGE_STRM_MOUNT is not set',
      {
        hint: 'Set BRIDGE_STRM_MOUNT to where the media server sees the mounted library.',
      },
    );
  }
  const file = join(settings.dataDir, 'strm.db');
  makePrivateFile(file);
  const database = openCheckedDatabase(file, [strmSchema], clock.now(), (movedTo) => {
    logger.warn(
      { movedTo },
      'the list of .strm files was damaged; files that differ from the plan are left alone',
    );
  });
  // What is written to the directories must not be known to them alone after a power failure.
  database.exec('PRAGMA synchronous = FULL');
  teardown.onClose(() => database.close());
  const base = publicAddress(settings);
  const signer = settings.token === null ? null : new UrlSigner(settings.token);
  const service = new StrmService({
    library,
    roots,
    database,
    clock,
    companions: settings.strmCompanions,
    mount: settings.strmMount,
    mostRemoved: settings.strmMaxRemoval / 100,
    addressOf: (entry) => streamAddress(base, entry, signer),
    organise: organisedPlace,
    descriptions:
      settings.strmNfo && settings.probe === 'background' ? mediaDescriptions({ library, media }) : null,
    read: (entry, signal) =>
      reader.open(entry, { range: { start: 0, end: entry.size }, priority: 'crawl', client: null, signal }),
    onDone: (directory, outcomes) => notifier.changed({ paths: changesOf(directory, outcomes) }),
  });
  teardown.onClose(() => service.close());
  return service;
}

/**
 * Opens it for one command, with streaming of its own, and closes all of it again.
 *
 * @throws BridgeError `config-invalid` when no directory is set.
 */
export function withStrm<T>(
  settings: Settings,
  surroundings: Surroundings,
  account: AccountLibrary,
  work: (service: StrmService) => Promise<T>,
): Promise<T> {
  return openAll(async (teardown) => {
    const streaming = await openStreaming(settings, surroundings, account.links);
    teardown.onClose(() => streaming.close());
    const notifier = openNotifier(settings, surroundings, teardown);
    const service = openStrm(settings, surroundings, account, streaming.reader, notifier, teardown);
    if (service === null) {
      throw new BridgeError('config-invalid', 'no directory of .strm files is set', {
        hint: 'Set BRIDGE_STRM_DIR to the directory to fill, or BRIDGE_STRM_RULES to a file of rules.',
      });
    }
    const result = await work(service);
    await teardown.close();
    return result;
  });
}

/** The address that .strm files lead to: it must outlive this run of the bridge. */
function publicAddress({ publicUrl, host, port }: Settings): string {
  if (publicUrl !== null) return publicUrl;
  if (port === 0) {
    throw new BridgeError('config-invalid', '.strm files need an address that stays, and BRIDGE_PORT is 0', {
      hint: 'Set BRIDGE_PUBLIC_URL to the address by which media servers reach the bridge, or BRIDGE_PORT to a port.',
    });
  }
  return `http://${urlHost(host)}:${port}`;
}
