import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import type { Entry, FileEntry, FolderEntry } from '../../src/library/entry.ts';
import type { ChangeSet } from '../../src/library/library.ts';
import type { Database } from '../../src/store/database.ts';
import { StrmService } from '../../src/strm/service.ts';
import { FakeLibrary } from '../support/fake-library.ts';
import { everything } from './everything.ts';

const FOLDERS = 50;
const FILES = 5000;

/** A library of 5,000 files that is different in every generation: renames, moves, replacements and removals. */
class ShiftingLibrary extends FakeLibrary {
  readonly #generation: number;
  readonly #byFolder = new Map<number, Entry[]>();
  readonly #byId = new Map<string, FileEntry>();

  constructor(generation: number) {
    super();
    this.#generation = generation;
    const folders = Array.from({ length: FOLDERS }, (_, number) => this.addFolder(`Folder ${number}`));
    this.#byFolder.set(0, folders);
    // Films, each with its subtitles.
    for (let film = 0; film < FILES / 2; film += 1) this.#add(film, folders);
  }

  #add(film: number, folders: readonly FolderEntry[]): void {
    const generation = this.#generation;
    // One in thirteen is absent; which, changes slowly.
    if ((film + Math.floor(generation / 3)) % 13 === 0) return;
    const isMoved = (film + generation) % 7 === 0;
    // It takes the name of its neighbour, as episodes that are counted anew.
    const isRenamed = (film + generation) % 5 === 0;
    const folder = folders[(film + (isMoved ? 1 : 0)) % FOLDERS];
    if (folder === undefined) return;
    const stem = `Film ${isRenamed ? film + FOLDERS : film}`;
    const version = (film + generation) % 11 === 0 ? `v${generation}` : 'v0';
    this.#file(folder, `a${film}`, `${stem}.mkv`, 'video/x-matroska', version);
    this.#file(folder, `b${film}`, `${stem}.en.srt`, 'application/x-subrip', version);
  }

  #file(folder: FolderEntry, id: string, name: string, contentType: string, version: string): void {
    const common = { kind: 'file', id, parentId: folder.id, name, remoteName: name, contentType } as const;
    const file = {
      ...common,
      url: `https://1fichier.test/?${id}`,
      size: 20,
      version,
      modifiedAt: 0,
      checksum: null,
    };
    const siblings = this.#byFolder.get(folder.id) ?? [];
    siblings.push(file);
    this.#byFolder.set(folder.id, siblings);
    this.#byId.set(id, file);
  }

  override children(folderId: number): Iterable<Entry> {
    return this.#byFolder.get(folderId) ?? [];
  }

  override fileById(id: string): FileEntry | null {
    return this.#byId.get(id) ?? null;
  }

  override changesSince(cursor: number): ChangeSet {
    const changed = cursor === this.#generation ? [] : [...this.#byId.values()];
    return {
      cursor: this.#generation,
      changed: changed.map((entry) => ({ entry, path: `/${entry.name}` })),
      removed: [],
      continuous: true,
    };
  }
}

/** Brings a root in line with one generation of a library. */
export class KillableSync {
  readonly root: string;
  readonly library: ShiftingLibrary;
  readonly #service: StrmService;

  constructor(directory: string, generation: number, database: Database) {
    this.root = join(directory, 'root');
    this.library = new ShiftingLibrary(generation);
    this.#service = new StrmService({
      library: this.library,
      roots: [{ directory: this.root, rules: [everything] }],
      database,
      companions: 'copy',
      mount: null,
      addressOf: ({ id, name }) => `http://bridge.test/stream/${id}/${name}`,
      organise: () => null,
      descriptions: null,
      read: (file) => Promise.resolve(bytesOf(file)),
      clock: systemClock,
      mostRemoved: 0.2,
      onDone: () => undefined,
    });
  }

  async run(full = false): ReturnType<StrmService['sync']> {
    return this.#service.sync({ dryRun: false, full, allowMassDelete: true });
  }
}

async function* bytesOf({ id, version }: FileEntry): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(`subtitles ${id} ${version}`));
}
