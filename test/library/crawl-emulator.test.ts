import { expect, it } from 'vitest';
import { sleep, systemClock } from '../../src/clock.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { syntheticAccount } from '../../src/emulator/generated-account.ts';
import { createFichierClient } from '../../src/fichier/create-client.ts';
import { catalogueSchema } from '../../src/library/catalogue-schema.ts';
import { defaultLibrarySettings, MirroredLibrary } from '../../src/library/mirrored-library.ts';
import { openDatabase } from '../../src/store/database.ts';

const FOLDERS = 40;
const FILES_PER_FOLDER = 25;

it(
  'mirrors a whole account over the real client with one API call a folder',
  { timeout: 60_000 },
  async () => {
    const account = syntheticAccount({
      folders: FOLDERS,
      filesPerFolder: FILES_PER_FOLDER,
      seed: 1,
      fanout: 6,
    });
    const emulator = await startEmulator({ account });
    const api = createFichierClient({
      apiKey: emulator.apiKey,
      baseUrl: emulator.apiUrl,
      pacer: { callsPerSecond: 500, burst: 50 },
    });
    const library = new MirroredLibrary({
      database: openDatabase(':memory:', [catalogueSchema]),
      api,
      clock: systemClock,
      rootId: 0,
      settings: defaultLibrarySettings,
    });
    library.start();
    while (library.crawlStatus().finishedAt === null) await sleep(systemClock, 10);
    await library.stop();
    expect(library.crawlStatus()).toMatchObject({
      foldersListed: FOLDERS + 1,
      foldersAtCap: 0,
      lastError: null,
    });
    expect([...library.filesBelow(0)]).toHaveLength(FOLDERS * FILES_PER_FOLDER);
    expect(emulator.counts()).toMatchObject({ api: { 'folder/ls': FOLDERS + 1 } });
    await emulator.close();
  },
);
