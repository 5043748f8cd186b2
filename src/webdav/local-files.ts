import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import type { Database } from '../store/database.ts';

/**
 * A file that is kept by the bridge and not by 1fichier: an empty one, which 1fichier refuses and many clients
 * make before they send the content, or the small bookkeeping of a desktop (`._name`, `.DS_Store`), which would
 * cost an upload each. It belongs to a folder by id, so it goes along when the folder moves.
 */
export interface LocalFile {
  readonly kind: 'local';
  readonly id: number;
  readonly parentId: number;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** ms since the epoch. */
  readonly createdAt: number;
  /** ms since the epoch. */
  readonly modifiedAt: number;
  /** Counts the writes. */
  readonly version: number;
}

export interface LocalFileLimits {
  readonly files: number;
  /** Of all files together, bytes. */
  readonly bytes: number;
  /** Of one file, bytes. */
  readonly bytesEach: number;
}

interface Row {
  id: number;
  parent_id: number;
  name: string;
  size: number;
  created_at: number;
  modified_at: number;
  version: number;
}

const COLUMNS = 'id, parent_id, name, size, created_at, modified_at, version';

/** Names that desktops use for their own bookkeeping beside the files of a person. */
export function isDesktopBookkeeping(name: string): boolean {
  return name.startsWith('._') || ['.DS_Store', 'Thumbs.db', 'desktop.ini'].includes(name);
}

export class LocalFiles {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #limits: LocalFileLimits;
  /** Whether a folder still exists; files of a folder that is gone are dropped when room is short. */
  readonly #folderExists: (id: number) => boolean;

  constructor(
    database: Database,
    clock: Clock,
    limits: LocalFileLimits,
    folderExists: (id: number) => boolean,
  ) {
    this.#database = database;
    this.#clock = clock;
    this.#limits = limits;
    this.#folderExists = folderExists;
  }

  find(parentId: number, name: string): LocalFile | null {
    const row = this.#database
      .prepare(`SELECT ${COLUMNS} FROM webdav_local_file WHERE parent_id = ? AND name = ?`)
      .get(parentId, name) as Row | undefined;
    return row === undefined ? null : fromRow(row);
  }

  inFolder(parentId: number): LocalFile[] {
    const rows = this.#database
      .prepare(`SELECT ${COLUMNS} FROM webdav_local_file WHERE parent_id = ? ORDER BY name`)
      .all(parentId) as unknown as Row[];
    return rows.map(fromRow);
  }

  read(id: number): Buffer {
    const row = this.#database.prepare('SELECT content FROM webdav_local_file WHERE id = ?').get(id) as
      { content: Uint8Array } | undefined;
    if (row === undefined) throw new BridgeError('not-found', 'the file has just been removed');
    return Buffer.from(row.content);
  }

  /**
   * Makes the file, or replaces its content.
   *
   * @throws BridgeError `disk-full` when the limits allow no more.
   */
  write(parentId: number, name: string, content: Uint8Array): LocalFile {
    this.#requireRoom(content.length);
    const now = this.#clock.now();
    this.#database
      .prepare(
        `INSERT INTO webdav_local_file (parent_id, name, content, size, created_at, modified_at, version)
         VALUES (?, ?, ?, ?, ?, ?, 1)
         ON CONFLICT (parent_id, name) DO UPDATE SET content = excluded.content, size = excluded.size,
           modified_at = excluded.modified_at, version = version + 1`,
      )
      .run(parentId, name, content, content.length, now, now);
    const written = this.find(parentId, name);
    if (written === null) throw new BridgeError('internal', 'a local file was not kept');
    return written;
  }

  move(file: LocalFile, parentId: number, name: string): LocalFile {
    this.#database
      .prepare('UPDATE webdav_local_file SET parent_id = ?, name = ? WHERE id = ?')
      .run(parentId, name, file.id);
    return { ...file, parentId, name };
  }

  remove(file: LocalFile): void {
    this.#database.prepare('DELETE FROM webdav_local_file WHERE id = ?').run(file.id);
  }

  #requireRoom(bytes: number): void {
    if (bytes <= this.#limits.bytesEach) {
      if (this.#hasRoom(bytes)) return;
      this.#dropOrphans();
      if (this.#hasRoom(bytes)) return;
    }
    throw new BridgeError(
      'disk-full',
      'the store for empty files and desktop bookkeeping has no room for it',
      {
        hint: 'Remove empty files and desktop bookkeeping (._*, .DS_Store) that nobody needs.',
      },
    );
  }

  #hasRoom(bytes: number): boolean {
    const used = this.#database
      .prepare('SELECT count(*) AS files, coalesce(sum(size), 0) AS bytes FROM webdav_local_file')
      .get() as { files: number; bytes: number };
    return used.files < this.#limits.files && used.bytes + bytes <= this.#limits.bytes;
  }

  #dropOrphans(): void {
    const parents = this.#database
      .prepare('SELECT DISTINCT parent_id AS id FROM webdav_local_file')
      .all() as unknown as { id: number }[];
    const drop = this.#database.prepare('DELETE FROM webdav_local_file WHERE parent_id = ?');
    for (const { id } of parents) if (!this.#folderExists(id)) drop.run(id);
  }
}

function fromRow(row: Row): LocalFile {
  return {
    kind: 'local',
    id: row.id,
    parentId: row.parent_id,
    name: row.name,
    size: row.size,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
    version: row.version,
  };
}
