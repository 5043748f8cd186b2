import { basename } from 'node:path';
import { openMediaServers } from '../../app/media-servers.ts';
import { openAll } from '../../app/teardown.ts';
import { systemClock } from '../../clock.ts';
import type { Settings } from '../../config/settings.ts';
import { asBridgeError } from '../../errors.ts';
import { isInside } from '../../notify/changed-folders.ts';
import type { Greeting } from '../../notify/media-server.ts';
import type { Recipient } from '../../notify/server-notifier.ts';
import { strmRoots } from '../../strm/roots.ts';
import { failure, ok, warning, type Finding } from './finding.ts';

/** For one server to answer everything that is asked of it (ms). */
const PATIENCE_MS = 15_000;

/** Whether each media server that is set is there, takes its key and knows the directories of .strm files. */
export async function checkMediaServers(settings: Settings): Promise<Finding[]> {
  try {
    const directories = strmRoots(settings).map(({ directory }) => directory);
    return await openAll(async (teardown) => {
      const recipients = openMediaServers(settings, { clock: systemClock }, teardown);
      const findings = await Promise.all(recipients.map((recipient) => checkServer(recipient, directories)));
      await teardown.close();
      return [...nothingToTell(recipients, directories), ...findings.flat()];
    });
  } catch (thrown) {
    const error = asBridgeError(thrown);
    return [failure('media servers', error.message, error.hint)];
  }
}

function nothingToTell(recipients: readonly Recipient[], directories: readonly string[]): Finding[] {
  if (recipients.length === 0 || directories.length > 0) return [];
  const advice = 'Set BRIDGE_STRM_DIR to the directory to fill.';
  return [
    warning('media servers', 'are set, but no directory of .strm files is: they are told nothing', advice),
  ];
}

async function checkServer(recipient: Recipient, directories: readonly string[]): Promise<Finding[]> {
  const { server } = recipient;
  try {
    const greeting = await server.greet(AbortSignal.timeout(PATIENCE_MS));
    const paths = directories.flatMap((directory) => checkPath(recipient, directory, greeting));
    return [ok(server.name, greeting.description), ...paths];
  } catch (thrown) {
    const error = asBridgeError(thrown);
    if (error.kind !== 'cancelled') return [failure(server.name, error.message, error.hint)];
    const advice = `Look whether ${server.name} is busy, and whether something between it and the bridge holds up requests.`;
    return [failure(server.name, `did not answer within ${PATIENCE_MS / 1000} s`, advice)];
  }
}

/** A server must have a library on the directory: what is told of other places it ignores. */
function checkPath({ server, toServerPath }: Recipient, directory: string, { folders }: Greeting): Finding[] {
  const check = `${server.name} paths`;
  const seen = toServerPath(directory);
  const shown = seen === directory ? directory : `${directory} (there ${seen})`;
  if (folders === null)
    return server.name === 'Kodi' ? [ok(check, `${shown}, not compared: Kodi does not tell`)] : [];
  if (folders.some((folder) => isInside(folder, seen) || isInside(seen, folder))) return [ok(check, shown)];
  const known = folders.length === 0 ? 'it has none' : `it has ${folders.join(', ')}`;
  const place = folders.find((folder) => basename(folder) === basename(directory)) ?? '/ITS/PATH';
  return [
    warning(
      check,
      `no library of ${server.name} is at ${shown}: ${known}`,
      `Add that folder to a library of ${server.name}, or say where it sees it: BRIDGE_NOTIFY_PATHS=${server.name.toLowerCase()}:${directory}=${place}`,
    ),
  ];
}
