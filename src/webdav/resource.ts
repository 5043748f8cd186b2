import { entityTag, type Entry, type FolderEntry } from '../library/entry.ts';
import { BridgeError } from '../errors.ts';
import type { Library } from '../library/library.ts';
import { safeName } from '../library/names.ts';
import { shownForms } from '../library/shown-forms.ts';
import type { LocalFile, LocalFiles } from './local-files.ts';
import { joinPath, lastName, parentPath, type DavPath } from './path.ts';

/** What WebDAV serves: the entries of the library, and the files kept here alone. */
export type Resource = Entry | LocalFile;

/** Where a request points, whether or not something is there. */
export interface Place {
  /** The path as the library names it, or would name it once something is there. */
  readonly path: DavPath;
  readonly resource: Resource | null;
  /** Null for the root, and where the parent is not a folder. */
  readonly parent: FolderEntry | null;
  /** What to call it on 1fichier; empty for the root. */
  readonly name: string;
}

/** Identity that survives rename and move; dead properties hang on it. */
export function resourceKey(resource: Resource): string {
  return `${resource.kind}:${resource.id}`;
}

/** Strong entity tag (quoted), with nothing in it to escape for XML; folders have none. */
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

/** @throws BridgeError `conflict` (RFC 4918 sections 9.3 and 9.7.1) */
export function requireParent(place: Place): FolderEntry {
  if (place.parent === null) throw new BridgeError('conflict', 'the folder that it would be in is not there');
  return place.parent;
}

/** The name that gives an entry its present one when written to 1fichier, beside no namesake. */
export function writableName(resource: Resource): string {
  if (resource.kind === 'local') return resource.name;
  return safeName(resource.remoteName) === resource.name ? resource.remoteName : resource.name;
}

/** The library with the local files laid over it. An entry of the library hides a local file of its name. */
export class ResourceTree {
  readonly #library: Library;
  readonly #localFiles: LocalFiles;

  constructor(library: Library, localFiles: LocalFiles) {
    this.#library = library;
    this.#localFiles = localFiles;
  }

  /**
   * What is not found as asked for is looked for as the library would name it: macOS sends names decomposed, and
   * some characters have a stand-in.
   */
  place(path: DavPath): Place {
    const name = lastName(path).normalize('NFC');
    if (path === '/') return { path, resource: this.#at(path), parent: null, name };
    const folder = this.#folderPath(parentPath(path) ?? '/');
    const forms = shownForms(lastName(path)).map((form) => joinPath(folder, form));
    for (const form of forms) {
      const resource = this.#at(form);
      if (resource !== null) return { path: form, resource, parent: this.#parentOf(form), name };
    }
    const shown = forms.at(-1) ?? path;
    return { path: shown, resource: null, parent: this.#parentOf(shown), name };
  }

  /** What one folder holds, read in pages while the caller goes on. */
  *children(folder: FolderEntry): Generator<Resource> {
    yield* this.#library.children(folder.id);
    for (const local of this.#localFiles.inFolder(folder.id)) {
      const hidden = this.#library.entryAt(joinPath(this.#library.pathOf(folder), local.name)) !== null;
      if (!hidden) yield local;
    }
  }

  /** The path of a folder as the library shows it; where it is not there, as it would. */
  #folderPath(path: DavPath): DavPath {
    if (path === '/' || this.#library.entryAt(path) !== null) return path;
    const above = this.#folderPath(parentPath(path) ?? '/');
    const forms = shownForms(lastName(path)).map((form) => joinPath(above, form));
    return forms.find((form) => this.#library.entryAt(form) !== null) ?? forms.at(-1) ?? path;
  }

  #at(path: DavPath): Resource | null {
    const entry = this.#library.entryAt(path);
    if (entry !== null) return entry;
    const parent = this.#parentOf(path);
    return parent === null ? null : this.#localFiles.find(parent.id, lastName(path));
  }

  #parentOf(path: DavPath): FolderEntry | null {
    const folder = parentPath(path);
    const entry = folder === null ? null : this.#library.entryAt(folder);
    return entry?.kind === 'folder' ? entry : null;
  }
}
