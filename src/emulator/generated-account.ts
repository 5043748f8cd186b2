import type { GeneratedTree } from './account.ts';
import type { EmulatedFile, EmulatedFolder } from './emulated-entry.ts';
import { EmulatedAccount } from './account.ts';
import { PLAIN_ATTRIBUTES, ROOT_ID } from './emulated-entry.ts';
import type { Clock } from '../clock.ts';
import { syntheticContent } from './content.ts';
import { hashSeed, mix } from './synthetic-bytes.ts';

export interface SyntheticAccountShape {
  readonly folders: number;
  readonly filesPerFolder: number;
  readonly seed: number;
  /** Subfolders of each folder, the root included. */
  readonly fanout?: number | undefined;
  /** Bytes, both inclusive. */
  readonly fileSize?: { readonly min: number; readonly max: number } | undefined;
  readonly clock?: Clock | undefined;
}

const KINDS = [
  { word: 'Film', extension: 'mkv' },
  { word: 'Clip', extension: 'mp4' },
  { word: 'Song', extension: 'mp3' },
  { word: 'Photo', extension: 'jpg' },
] as const;
const EPOCH_MS = Date.UTC(2020, 0, 1);
const SPREAD_MS = 5 * 365 * 86_400_000;
const FILE_ID = /^([0-9a-z]{7})z([0-9a-z]{5})([0-9a-z]{7})$/;

/** An account of any number of files that holds none of them: listings are computed from ids when asked for. */
export function syntheticAccount(shape: SyntheticAccountShape): EmulatedAccount {
  return new EmulatedAccount({ clock: shape.clock, generated: new SyntheticTree(shape) });
}

/** Folders numbered 1 to n, laid out as a heap: the children of k are k·fanout+1 to k·fanout+fanout. */
class SyntheticTree implements GeneratedTree {
  readonly #shape: SyntheticAccountShape;
  readonly #fanout: number;
  readonly #smallest: number;
  readonly #sizes: number;
  readonly #stamp: string;

  constructor(shape: SyntheticAccountShape) {
    this.#shape = shape;
    this.#fanout = shape.fanout ?? 40;
    this.#smallest = shape.fileSize?.min ?? 1_000_000;
    this.#sizes = (shape.fileSize?.max ?? 4_000_000_000) - this.#smallest + 1;
    this.#stamp = digits(hashSeed(shape.seed) >>> 0, 7);
  }

  /** What the files come to on average: adding up a million sizes would take longer than it is worth. */
  get totalBytes(): number {
    const files = this.#shape.folders * this.#shape.filesPerFolder;
    return files * (this.#smallest + Math.floor((this.#sizes - 1) / 2));
  }

  folder(id: number): EmulatedFolder | undefined {
    if (!Number.isSafeInteger(id) || id < 1 || id > this.#shape.folders) return undefined;
    return {
      id,
      parentId: Math.floor((id - 1) / this.#fanout),
      name: `Folder ${String(id).padStart(6, '0')}`,
      createdAt: this.#moment(id, -1),
      password: '',
      sharedAs: null,
    };
  }

  folders(parentId: number): readonly EmulatedFolder[] {
    const first = parentId * this.#fanout + 1;
    return Array.from({ length: this.#fanout }, (_, place) => this.folder(first + place)).filter(
      (folder) => folder !== undefined,
    );
  }

  files(folderId: number): readonly EmulatedFile[] {
    if (folderId === ROOT_ID || this.folder(folderId) === undefined) return [];
    return Array.from({ length: this.#shape.filesPerFolder }, (_, place) => this.#file(folderId, place));
  }

  file(id: string): EmulatedFile | undefined {
    const [, folderDigits, placeDigits, stamp] = FILE_ID.exec(id) ?? [];
    if (folderDigits === undefined || placeDigits === undefined || stamp !== this.#stamp) return undefined;
    const folderId = parseInt(folderDigits, 36);
    const place = parseInt(placeDigits, 36);
    if (this.folder(folderId) === undefined || place >= this.#shape.filesPerFolder) return undefined;
    return this.#file(folderId, place);
  }

  #file(folderId: number, place: number): EmulatedFile {
    const id = `${digits(folderId, 7)}z${digits(place, 5)}${this.#stamp}`;
    const draw = this.#draw(folderId, place);
    const kind = KINDS[draw % KINDS.length] ?? KINDS[0];
    const size = this.#smallest + Math.floor((draw / 0x1_0000_0000) * this.#sizes);
    return {
      ...PLAIN_ATTRIBUTES,
      id,
      folderId,
      name: `${kind.word} ${String(folderId).padStart(6, '0')}-${String(place).padStart(4, '0')}.${kind.extension}`,
      content: syntheticContent(id, size),
      uploadedAt: this.#moment(folderId, place),
    };
  }

  #moment(folderId: number, place: number): number {
    const seconds = Math.floor((this.#draw(place, folderId) / 0x1_0000_0000) * (SPREAD_MS / 1000));
    return EPOCH_MS + seconds * 1000;
  }

  #draw(one: number, other: number): number {
    return mix(mix(mix(this.#shape.seed) ^ one) ^ other) >>> 0;
  }
}

function digits(value: number, length: number): string {
  return value.toString(36).padStart(length, '0');
}
