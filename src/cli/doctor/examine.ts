import type { Settings } from '../../config/settings.ts';
import { checkAccount } from './account.ts';
import { ok, type Finding } from './finding.ts';
import { checkAddressFamily, checkPrograms } from './machine.ts';
import { checkMediaServers } from './media-servers.ts';
import { checkDataDirectory, checkPort } from './place.ts';

/** Every check, in the order in which a newcomer would mend things. */
export async function examine(settings: Settings): Promise<readonly Finding[]> {
  const directory = await checkDataDirectory(settings);
  const usable = directory.every(({ state }) => state !== 'failure');
  return [
    ok('Node.js', process.version),
    ...directory,
    await checkPort(settings),
    checkAddressFamily(settings),
    ...(usable ? await checkAccount(settings) : []),
    ...(await checkPrograms(settings)),
    ...(await checkMediaServers(settings)),
  ];
}
