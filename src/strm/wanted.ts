import { join } from 'node:path';
import type { FileEntry, FolderEntry } from '../library/entry.ts';
import type { Library } from '../library/library.ts';
import { safeName } from '../library/names.ts';
import { hashOf } from './content-hash.ts';
import type { Descriptions } from './descriptions.ts';
import { companionOf, describesFolder, isCompanion } from './companions.ts';
import { placeIn, stemOf, type LocalPath } from './local-path.ts';
import type { Companions, StrmRule } from './rules.ts';
import { Selection } from './selection.ts';

/** `strm`: the address of a film. `copy`, `link`: what lies beside it. `nfo`: media information that we write. */
export type FileKind = 'strm' | 'copy' | 'link' | 'nfo';

/** One file that should be below a root. */
export interface WantedFile {
  readonly kind: FileKind;
  readonly fileId: string;
  /** The remote folder that the file is in. */
  readonly folderId: number;
  /** Where it belongs, before a number tells it from another that belongs there too. */
  readonly place: LocalPath;
  /** Names its bytes: another source means other bytes. */
  readonly source: string;
  readonly content: WantedContent;
}

export type WantedContent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'remote'; readonly file: FileEntry }
  | { readonly kind: 'link'; readonly target: string };

/** Where a film or an episode belongs by its name. */
export interface Placement {
  readonly folders: readonly string[];
  /** Its name without an extension. */
  readonly stem: string;
}

export interface WantedParts {
  readonly library: Pick<Library, 'folderById' | 'children' | 'pathOf'>;
  readonly companions: Companions;
  /** Where the library is mounted on this machine, for `link`. */
  readonly mount: string | null;
  /** The address that goes into the .strm of a file. */
  readonly addressOf: (file: Pick<FileEntry, 'id' | 'name'>) => string;
  /** Where a library path belongs in the layout `organised`; null: its name does not tell. */
  readonly organise: (path: string) => Placement | null;
  /** Null: no .nfo is written. */
  readonly descriptions: Descriptions | null;
}

interface Film {
  readonly file: FileEntry;
  readonly placement: Placement;
}

/** What the rules of one root want of the library. */
export class WantedFiles {
  readonly #parts: WantedParts;
  readonly #selections: readonly Selection[];

  constructor(rules: readonly StrmRule[], parts: WantedParts) {
    this.#parts = parts;
    this.#selections = rules.map((rule) => new Selection(rule));
  }

  /** What is wanted of the files straight in a folder; where two rules want a file, the first has it. */
  inFolder(folderId: number): WantedFile[] {
    const folder = this.#parts.library.folderById(folderId);
    if (folder === null) return [];
    const path = this.#parts.library.pathOf(folder);
    const wanted = new Map<string, WantedFile>();
    for (const selection of this.#selections) {
      const below = pathBelow(selection.rule.from, path);
      if (below === null) continue;
      for (const one of this.#byRule(selection, folder, path, below)) {
        const key = `${one.kind} ${one.fileId}`;
        if (!wanted.has(key)) wanted.set(key, one);
      }
    }
    return [...wanted.values()];
  }

  #byRule(selection: Selection, folder: FolderEntry, path: string, below: string): WantedFile[] {
    const files = this.#filesIn(folder.id);
    const prefix = below === '' ? '' : `${below}/`;
    const films: Film[] = files
      .filter((file) => selection.takesMedia(file, prefix + file.name))
      .map((file) => ({ file, placement: this.#placementOf(selection.rule, file, path, below) }));
    const wanted = films.flatMap((film) => this.#ofFilm(film, path));
    if (this.#parts.companions === 'none') return wanted;
    const beside = files.filter((file) => isCompanion(file) && selection.takesCompanion(prefix + file.name));
    if (beside.length === 0) return wanted;
    return [...wanted, ...this.#ofCompanions(beside, films, selection, folder, path, below)];
  }

  #filesIn(folderId: number): FileEntry[] {
    const files: FileEntry[] = [];
    for (const entry of this.#parts.library.children(folderId)) if (entry.kind === 'file') files.push(entry);
    return files;
  }

  #placementOf(rule: StrmRule, file: FileEntry, path: string, below: string): Placement {
    const organised =
      rule.layout === 'organised' ? this.#parts.organise(`${path === '/' ? '' : path}/${file.name}`) : null;
    if (organised !== null) {
      return { folders: organised.folders.map(safeName), stem: organised.stem };
    }
    return { folders: rule.flatten || below === '' ? [] : below.split('/'), stem: stemOf(file.name) };
  }

  #ofFilm({ file, placement }: Film, path: string): WantedFile[] {
    const { addressOf, descriptions } = this.#parts;
    const at = (extension: string): LocalPath =>
      placeIn(placement.folders, safeName(placement.stem + extension));
    const wanted = [textFile('strm', file, at('.strm'), `${addressOf(file)}\n`)];
    const description = descriptions?.textFor(file, `${path === '/' ? '' : path}/${file.name}`) ?? null;
    if (description !== null) wanted.push(textFile('nfo', file, at('.nfo'), description));
    return wanted;
  }

  #ofCompanions(
    beside: readonly FileEntry[],
    films: readonly Film[],
    selection: Selection,
    folder: FolderEntry,
    path: string,
    below: string,
  ): WantedFile[] {
    const { rule } = selection;
    const byStem = new Map(films.map((film) => [stemOf(film.file.name), film]));
    const folders = this.#sharedFolders(films, selection, folder, below);
    const wanted: WantedFile[] = [];
    for (const file of beside) {
      const named = companionOf(file.name, byStem);
      if (named !== null) {
        const { stem, folders: at } = named.film.placement;
        wanted.push(this.#companion(file, placeIn(at, safeName(stem + named.rest)), path));
      } else if (folders !== null && !rule.flatten && describesFolder(file.name)) {
        wanted.push(this.#companion(file, placeIn(folders, file.name), path));
      }
    }
    return wanted;
  }

  /** Where that goes which describes a whole folder; null: nowhere, since its films lie apart or it has none. */
  #sharedFolders(
    films: readonly Film[],
    selection: Selection,
    folder: FolderEntry,
    below: string,
  ): readonly string[] | null {
    const [first] = films;
    if (first !== undefined) {
      const { folders } = first.placement;
      return films.every(({ placement }) => placement.folders.join('/') === folders.join('/'))
        ? folders
        : null;
    }
    if (selection.rule.layout !== 'mirror' || !this.#hasFilmsInSubfolder(selection, folder, below))
      return null;
    return below === '' ? [] : below.split('/');
  }

  /** Whether it is the folder of a show: its episodes lie one level below. */
  #hasFilmsInSubfolder(selection: Selection, folder: FolderEntry, below: string): boolean {
    for (const entry of this.#parts.library.children(folder.id)) {
      if (entry.kind === 'file') return false;
      const prefix = below === '' ? entry.name : `${below}/${entry.name}`;
      if (this.#filesIn(entry.id).some((file) => selection.takesMedia(file, `${prefix}/${file.name}`)))
        return true;
    }
    return false;
  }

  #companion(file: FileEntry, place: LocalPath, path: string): WantedFile {
    const { companions, mount } = this.#parts;
    const { id: fileId, parentId: folderId } = file;
    if (companions === 'link' && mount !== null) {
      const target = join(mount, path, file.name);
      return { kind: 'link', fileId, folderId, place, source: target, content: { kind: 'link', target } };
    }
    return { kind: 'copy', fileId, folderId, place, source: file.version, content: { kind: 'remote', file } };
  }
}

function textFile(kind: 'strm' | 'nfo', file: FileEntry, place: LocalPath, text: string): WantedFile {
  const { id: fileId, parentId: folderId } = file;
  return { kind, fileId, folderId, place, source: hashOf(text), content: { kind: 'text', text } };
}

/** The rest of `path` below `top`, '' for `top` itself; null: it lies elsewhere. */
function pathBelow(top: string, path: string): string | null {
  const prefix = top === '/' ? '/' : `${top}/`;
  if (path === top) return '';
  return path.startsWith(prefix) ? path.slice(prefix.length) : null;
}
