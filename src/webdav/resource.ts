import { entityTag, type Entry, type FolderEntry } from '../library/entry.ts';
import type { Library } from '../library/library.ts';
import type { LocalFile, LocalFiles } from './local-files.ts';
import { joinPath, lastName, parentPath, type DavPath } from './path.ts';

/** What WebDAV serves: the entries of the library, and the files kept here alone. */
export type Resource = Entry | LocalFile;

/** Where a request points, whether or not something is there. */
export interface Place {
  /** The path as it is stored, or, of something not yet there, in normalisation form C. */
  readonly path: DavPath;
  readonly resource: Resource | null;
  /** Null for the root, and where the parent is not a folder. */
  readonly parent: FolderEntry | null;
  /** Empty for the root. */
  readonly name: string;
}

/** Identity that survives rename and move; dead properties hang on it. */
export function resourceKey(resource: Resource): string {
  return `${resource.kind}:${resource.id}`;
}

/** Strong entity tag (quoted); folders have none. */
export function resourceTag(resource: Resource): string | null {
  switch (resource.kind) {
    case 'folder':
      return null;
    case 'file':
      return entityTag(resource);
    case 'local':
      return `"local-${resource.id}-${resource.version}"`;
  }
}

/** The library with the local files laid over it. An entry of the library hides a local file of its name. */
export class ResourceTree {
  readonly #library: Library;
  readonly #localFiles: LocalFiles;

  constructor(library: Library, localFiles: LocalFiles) {
    this.#library = library;
    this.#localFiles = localFiles;
  }

  /** macOS sends names decomposed: what is not found as asked for is looked for composed, then decomposed. */
  place(path: DavPath): Place {
    const composed = path.normalize('NFC');
    for (const form of new Set([path, composed, path.normalize('NFD')])) {
      const resource = this.#at(form);
      if (resource !== null) return this.#placeOf(form, resource);
    }
    const folder = parentPath(composed);
    if (folder === null) return this.#placeOf(composed, null);
    const parent = this.place(folder);
    return this.#placeOf(joinPath(parent.path, lastName(composed)), null);
  }

  /** What one folder holds, read in pages while the caller goes on. */
  *children(folder: FolderEntry): Generator<Resource> {
    yield* this.#library.children(folder.id);
    for (const local of this.#localFiles.inFolder(folder.id)) {
      const hidden = this.#library.entryAt(joinPath(this.#library.pathOf(folder), local.name)) !== null;
      if (!hidden) yield local;
    }
  }

  #placeOf(path: DavPath, resource: Resource | null): Place {
    const folder = parentPath(path);
    return { path, resource, parent: folder === null ? null : this.#folderAt(folder), name: lastName(path) };
  }

  #at(path: DavPath): Resource | null {
    const entry = this.#library.entryAt(path);
    if (entry !== null) return entry;
    const folder = parentPath(path);
    const parent = folder === null ? null : this.#folderAt(folder);
    return parent === null ? null : this.#localFiles.find(parent.id, lastName(path));
  }

  #folderAt(path: DavPath): FolderEntry | null {
    const entry = this.#library.entryAt(path);
    return entry?.kind === 'folder' ? entry : null;
  }
}
