import { BridgeError } from '../errors.ts';
import { transaction, type Database } from '../store/database.ts';

/** A property that a client has set and the bridge only keeps (RFC 4918 section 4.2). */
export interface DeadProperty {
  readonly namespace: string;
  readonly name: string;
  /** The whole element, with every namespace declared in it. */
  readonly xml: string;
}

export type PropertyChange =
  | { readonly action: 'set'; readonly property: DeadProperty }
  | { readonly action: 'remove'; readonly property: Pick<DeadProperty, 'namespace' | 'name'> };

export interface DeadPropertyLimits {
  /** Of one resource, characters of XML. */
  readonly charactersEach: number;
  /** Resources that have any. */
  readonly resources: number;
}

export class DeadProperties {
  readonly #database: Database;
  readonly #limits: DeadPropertyLimits;
  /** Resources that have any: a listing of thousands asks the database about these few alone. */
  readonly #resources: Set<string>;

  constructor(database: Database, limits: DeadPropertyLimits) {
    this.#database = database;
    this.#limits = limits;
    const rows = database.prepare('SELECT DISTINCT resource FROM webdav_property').all() as unknown as {
      resource: string;
    }[];
    this.#resources = new Set(rows.map((row) => row.resource));
  }

  get isEmpty(): boolean {
    return this.#resources.size === 0;
  }

  of(resource: string): readonly DeadProperty[] {
    if (!this.#resources.has(resource)) return [];
    return this.#database
      .prepare('SELECT namespace, name, xml FROM webdav_property WHERE resource = ?')
      .all(resource) as DeadProperty[];
  }

  /**
   * Makes the changes in their order, all or none.
   *
   * @throws BridgeError `disk-full` when the limits allow no more.
   */
  change(resource: string, changes: readonly PropertyChange[]): void {
    const set = this.#database.prepare(
      'INSERT OR REPLACE INTO webdav_property (resource, namespace, name, xml) VALUES (?, ?, ?, ?)',
    );
    const remove = this.#database.prepare(
      'DELETE FROM webdav_property WHERE resource = ? AND namespace = ? AND name = ?',
    );
    transaction(this.#database, () => {
      for (const { action, property } of changes) {
        if (action === 'set') set.run(resource, property.namespace, property.name, property.xml);
        else remove.run(resource, property.namespace, property.name);
      }
      this.#requireWithinLimits(resource);
    });
    this.#look(resource);
  }

  /** Hands the properties over to another resource, which loses its own. */
  move(from: string, to: string): void {
    if (from === to || (!this.#resources.has(from) && !this.#resources.has(to))) return;
    transaction(this.#database, () => {
      this.#database.prepare('DELETE FROM webdav_property WHERE resource = ?').run(to);
      this.#database.prepare('UPDATE webdav_property SET resource = ? WHERE resource = ?').run(to, from);
    });
    this.#look(from);
    this.#look(to);
  }

  copy(from: string, to: string): void {
    if (!this.#resources.has(from)) return;
    this.#database
      .prepare(
        `INSERT OR REPLACE INTO webdav_property (resource, namespace, name, xml)
         SELECT ?, namespace, name, xml FROM webdav_property WHERE resource = ?`,
      )
      .run(to, from);
    this.#look(to);
  }

  forget(resource: string): void {
    if (!this.#resources.has(resource)) return;
    this.#database.prepare('DELETE FROM webdav_property WHERE resource = ?').run(resource);
    this.#resources.delete(resource);
  }

  #requireWithinLimits(resource: string): void {
    const { characters } = this.#database
      .prepare('SELECT coalesce(sum(length(xml)), 0) AS characters FROM webdav_property WHERE resource = ?')
      .get(resource) as { characters: number };
    const isNew = !this.#resources.has(resource);
    if (
      characters > this.#limits.charactersEach ||
      (isNew && this.#resources.size >= this.#limits.resources)
    ) {
      throw new BridgeError('disk-full', 'the store for properties of clients has no room for more', {
        hint: 'Remove properties that nobody needs.',
      });
    }
  }

  #look(resource: string): void {
    const found: unknown = this.#database
      .prepare('SELECT 1 FROM webdav_property WHERE resource = ?')
      .get(resource);
    if (found === undefined) this.#resources.delete(resource);
    else this.#resources.add(resource);
  }
}
