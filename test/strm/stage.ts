import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { FolderListing } from '../../src/fichier/api.ts';
import { catalogueSchema } from '../../src/library/catalogue-schema.ts';
import type { FileEntry } from '../../src/library/entry.ts';
import { defaultLibrarySettings, MirroredLibrary } from '../../src/library/mirrored-library.ts';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { strmSchema } from '../../src/strm/manifest-schema.ts';
import type { Outcome } from '../../src/strm/outcome.ts';
import type { RunReport } from '../../src/strm/report.ts';
import type { StrmRule } from '../../src/strm/rules.ts';
import { StrmService, type StrmParts } from '../../src/strm/service.ts';
import type { SyncRequest } from '../../src/strm/sync.ts';
import { FakeAccount } from '../library/fake-account.ts';
import { MINUTE } from '../library/fixtures.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { everything } from './everything.ts';

/** Marks the root; every test that compares trees knows of it. */
const MARKER = '.fichier-bridge';

/** A library mirrored from an account in memory, and a directory that it is written to. */
export class StrmStage {
  readonly account = new FakeAccount();
  readonly clock = new FakeClock();
  readonly directory = mkdtempSync(join(tmpdir(), 'strm-'));
  readonly root = join(this.directory, 'root');
  /** Ids of the files whose bytes were fetched. */
  readonly fetched: string[] = [];
  readonly outcomes: Outcome[] = [];
  library: MirroredLibrary;
  manifest: Database = openDatabase(':memory:', [strmSchema]);
  read: StrmParts['read'] = (file) => {
    this.fetched.push(file.id);
    return Promise.resolve(bytesOf(file));
  };

  constructor(fill: (account: FakeAccount) => void = () => undefined) {
    fill(this.account);
    this.library = this.#openLibrary();
  }

  #openLibrary(): MirroredLibrary {
    return new MirroredLibrary({
      database: openDatabase(':memory:', [catalogueSchema]),
      api: this.account,
      clock: this.clock,
      rootId: 0,
      settings: defaultLibrarySettings,
    });
  }

  /** Begins with an empty catalogue, as after its loss. */
  async loseCatalogue(): Promise<void> {
    await this.clock.advance(MINUTE);
    this.library = this.#openLibrary();
  }

  /** Reads every folder of the account; what is gone takes a second crawl after a while. */
  async crawl(): Promise<void> {
    await this.library.refresh(0, { recursive: true, priority: 'crawl' });
  }

  /** Crawls until what is missing has been confirmed gone. */
  async crawlUntilConfirmed(): Promise<void> {
    await this.crawl();
    await this.clock.advance(31 * MINUTE);
    await this.crawl();
  }

  service(parts: Partial<StrmParts> & { readonly rules?: readonly StrmRule[] } = {}): StrmService {
    const { rules = [everything], ...others } = parts;
    return new StrmService({
      library: this.library,
      roots: [{ directory: this.root, rules }],
      database: this.manifest,
      companions: 'copy',
      mount: null,
      addressOf: ({ id, name }) => `http://bridge.test/stream/${id}/${encodeURIComponent(name)}`,
      organise: () => null,
      descriptions: null,
      read: (file, signal) => this.read(file, signal),
      clock: this.clock,
      mostRemoved: 0.2,
      onDone: () => undefined,
      ...others,
    });
  }

  /** One run; fails when it could not go on. */
  async sync(
    request: Partial<SyncRequest> = {},
    parts: Parameters<StrmStage['service']>[0] = {},
  ): Promise<RunReport> {
    this.outcomes.length = 0;
    const [record] = await this.service(parts).sync({
      dryRun: false,
      full: false,
      allowMassDelete: false,
      onOutcomes: (outcomes) => void this.outcomes.push(...outcomes),
      ...request,
    });
    if (record?.report == null) throw new Error(record?.problem?.message ?? 'there was no run');
    return record.report;
  }

  /** Paths below the root, sorted, without the marker. */
  paths(): string[] {
    return readdirSync(this.root, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && entry.name !== MARKER)
      .map((entry) => relative(this.root, join(entry.parentPath, entry.name)))
      .sort();
  }

  directories(): string[] {
    return readdirSync(this.root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => relative(this.root, join(entry.parentPath, entry.name)))
      .sort();
  }

  text(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  target(path: string): string {
    return readlinkSync(join(this.root, path));
  }

  /** The name that the address in a .strm ends in. */
  nameIn(path: string): string {
    return decodeURIComponent(this.text(path).trim().split('/').at(-1) ?? '');
  }

  clear(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** What the fake storage holds for a file. */
function textOf(file: Pick<FileEntry, 'id' | 'version'>): string {
  return `bytes of ${file.id} ${file.version}`;
}

async function* bytesOf(file: FileEntry): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(textOf(file)));
}

/** What a folder's listing would be if it were empty, by an API that is wrong. */
export function emptyListing(folderId: number): FolderListing {
  return {
    folder: { id: folderId, name: '', createdAt: null },
    folders: [],
    files: [],
    complete: true,
    flaw: null,
  };
}
