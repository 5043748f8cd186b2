import type { FolderListing } from '../../src/fichier/api.ts';
import { sleep, systemClock } from '../../src/clock.ts';
import { catalogueSchema } from '../../src/library/catalogue-schema.ts';
import { defaultLibrarySettings, MirroredLibrary } from '../../src/library/mirrored-library.ts';
import { openCheckedDatabase } from '../../src/store/database.ts';
import { FakeAccount } from './fake-account.ts';
import { listingOf, remoteFile, remoteFolder } from './fixtures.ts';

/** A process of its own that crawls a made-up tree, to be killed: `node crawl-process <database> <folders> <files>`. */
class EndlessTree extends FakeAccount {
  readonly #folders: number;
  readonly #files: number;

  constructor(folders: number, files: number) {
    super();
    this.#folders = folders;
    this.#files = files;
  }

  override async listFolder(folderId: number): Promise<FolderListing> {
    await sleep(systemClock, 2);
    const below = [4 * folderId + 1, 4 * folderId + 2, 4 * folderId + 3, 4 * folderId + 4];
    return listingOf(
      folderId,
      below.filter((id) => id < this.#folders).map((id) => remoteFolder(id, `Folder ${id % 3}`)),
      Array.from({ length: this.#files }, (_, file) =>
        // Names collide on purpose: which of them gets which number must survive as well.
        remoteFile(`d${folderId}f${file}`, file % 2 === 0 ? `Same.mkv` : `File ${file}.mkv`),
      ),
    );
  }
}

const [path = '', folders = '0', files = '0'] = process.argv.slice(2);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const database = openCheckedDatabase(path, [catalogueSchema], Date.now(), () => say('rebuilt'));
const library = new MirroredLibrary({
  database,
  api: new EndlessTree(Number(folders), Number(files)),
  clock: systemClock,
  rootId: 0,
  settings: defaultLibrarySettings,
});
say(`serving ${library.crawlStatus().filesKnown}`);
library.start();
while (library.crawlStatus().state !== 'idle') await sleep(systemClock, 10);
await library.stop();
say('complete');
