import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { BridgeError } from '../errors.ts';
import type { Account, RemoteUpload, RemoteUploadStatus } from '../fichier/api.ts';
import {
  accountSchema,
  budgetSchema,
  crawlSchema,
  directLinkSchema,
  entrySchema,
  listingSchema,
  remoteUploadSchema,
  remoteUploadStatusSchema,
} from '../http/api/schemas.ts';
import { strmEventSchema, type StrmEvent } from '../http/api/strm-events.ts';
import type { RunRecord } from '../strm/run-history.ts';
import { BridgeConnection, problemIn, type BridgeRequest } from './bridge-connection.ts';
import type {
  LibraryAccess,
  ListedEntry,
  OutgoingFile,
  RefreshProgress,
  StrmOrder,
  StrmWatcher,
} from './library-access.ts';
import { parentOf } from './remote-path.ts';

const PAGE_SIZE = 1000;

/**
 * The library as the bridge that runs on the same data directory serves it: reads over its JSON API, writes over its
 * WebDAV, where they meet those of other clients.
 */
export class RunningBridge implements LibraryAccess {
  readonly #connection: BridgeConnection;

  /**
   * @param address ends in a slash.
   * @param key the owner's, which that bridge left in its data directory.
   */
  constructor(address: string, key: string) {
    this.#connection = new BridgeConnection(address, key);
  }

  async *list(path: string): AsyncIterable<ListedEntry> {
    for (let offset: number | null = 0; offset !== null;) {
      const query = new URLSearchParams({ path, offset: String(offset), limit: String(PAGE_SIZE) });
      const page: z.infer<typeof listingSchema> = await this.#call(
        `entries?${query.toString()}`,
        listingSchema,
      );
      if (page.folder.listed === null) {
        await this.refresh(path, false);
        yield* this.list(path);
        return;
      }
      for (const entry of page.entries) yield describe(entry);
      offset = page.nextOffset;
    }
  }

  async directLink(path: string): Promise<string> {
    return (await this.#call('links', directLinkSchema, { path })).address;
  }

  async refresh(path: string, recursive: boolean): Promise<void> {
    await this.#call('refresh', z.object({ state: z.string() }), { path, recursive });
  }

  async entryAt(path: string): Promise<ListedEntry | null> {
    try {
      return describe(await this.#call(`entry?${new URLSearchParams({ path }).toString()}`, entrySchema));
    } catch (error) {
      if (error instanceof BridgeError && error.kind === 'file-not-found') return null;
      throw error;
    }
  }

  async makeFolder(path: string): Promise<void> {
    await this.#requireFree(path);
    await this.#dav(path, { method: 'MKCOL' });
  }

  async move(from: string, to: string): Promise<void> {
    await this.#existing(from);
    await this.#requireFree(to, from);
    const destination = `/${davRoute(to)}`;
    await this.#dav(from, { method: 'MOVE', headers: { destination, overwrite: 'F' } });
  }

  async remove(path: string): Promise<void> {
    await this.#existing(path);
    await this.#dav(path, { method: 'DELETE' });
  }

  async upload(path: string, file: OutgoingFile, signal?: AbortSignal): Promise<ListedEntry> {
    if (!file.replace) await this.#requireFree(path);
    const headers = {
      'content-length': String(file.size),
      ...(file.replace ? {} : { 'if-none-match': '*' }),
    };
    const body = Readable.from(file.chunks, { objectMode: false });
    try {
      await this.#dav(path, { method: 'PUT', headers, body, signal });
    } finally {
      body.destroy();
    }
    return this.#existing(path);
  }

  async requestRemoteUpload(urls: readonly string[], path: string): Promise<number> {
    return (await this.#call('remote-uploads', z.object({ id: z.number() }), { urls, path })).id;
  }

  async remoteUploads(): Promise<readonly RemoteUpload[]> {
    const answer = z.object({ uploads: z.array(remoteUploadSchema) });
    return (await this.#call('remote-uploads', answer)).uploads.map(describeUpload);
  }

  async remoteUploadStatus(id: number): Promise<RemoteUploadStatus> {
    const status = await this.#call(`remote-uploads/${id}`, remoteUploadStatusSchema);
    const results = status.results.map(({ source, ok, link, message }) => ({
      source,
      ok,
      url: link,
      message,
    }));
    return { ...describeUpload(status), results };
  }

  async progress(): Promise<RefreshProgress> {
    const { calls } = await this.#call('budget', budgetSchema);
    const { foldersKnown } = await this.#call('crawl', crawlSchema);
    return { foldersRead: calls['listFolder'] ?? 0, foldersKnown };
  }

  async account(): Promise<Account> {
    const { subscriptionEnd, ...account } = await this.#call('account', accountSchema);
    return { ...account, subscriptionEnd: subscriptionEnd === null ? null : Date.parse(subscriptionEnd) };
  }

  async syncStrm(order: StrmOrder, watcher: StrmWatcher): Promise<readonly RunRecord[]> {
    const answer = await this.#connection.send('api/v1/strm/sync', {
      ...asJson({ ...order, outcomes: true }),
      signal: watcher.signal,
    });
    let ending: Extract<StrmEvent, { type: 'records' | 'problem' }> | null = null;
    // To the end of the answer: the connection must not be closed under it.
    for await (const line of createInterface({ input: answer.body })) {
      const event = strmEventSchema.parse(JSON.parse(line));
      if (event.type === 'progress') watcher.onProgress(event.progress);
      else if (event.type === 'outcomes') watcher.onOutcomes(event.outcomes);
      else ending = event;
    }
    if (ending?.type === 'records') return ending.records;
    if (ending !== null) throw problemIn(ending.problem);
    throw new BridgeError('upstream-unavailable', 'the running bridge broke off', {
      hint: 'Look at its log; the next run goes on where this one ended.',
    });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #existing(path: string): Promise<ListedEntry> {
    const entry = await this.entryAt(path);
    if (entry === null) throw new BridgeError('file-not-found', `the library has no ${path}`);
    return entry;
  }

  /** What `path` would be put into is there, and nothing but maybe `except` has its name. */
  async #requireFree(path: string, except?: string): Promise<void> {
    const parent = await this.entryAt(parentOf(path));
    if (parent?.kind !== 'folder') {
      throw new BridgeError('folder-not-found', `the library has no folder ${parentOf(path)}`);
    }
    if (path !== except && (await this.entryAt(path)) !== null) {
      throw new BridgeError('name-taken', `there is already an entry named ${path}`);
    }
  }

  /** A GET, or a POST when there is a body. */
  async #call<T>(route: string, answer: z.ZodType<T>, body?: object): Promise<T> {
    const { body: content } = await this.#connection.send(
      `api/v1/${route}`,
      body === undefined ? {} : asJson(body),
    );
    return answer.parse(await content.json());
  }

  async #dav(path: string, request: BridgeRequest): Promise<void> {
    const { body } = await this.#connection.send(davRoute(path), request);
    await body.dump();
  }
}

function asJson(body: object): BridgeRequest {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function davRoute(path: string): string {
  return `dav${path.split('/').map(encodeURIComponent).join('/')}`;
}

function describe(entry: z.infer<typeof entrySchema>): ListedEntry {
  const { kind, path, name, id } = entry;
  const size = entry.kind === 'file' ? entry.size : null;
  const checksum = entry.kind === 'file' ? entry.checksum : null;
  const listedAt = entry.kind === 'folder' ? momentOf(entry.listed) : null;
  const modifiedAt = Date.parse(entry.modified);
  return { kind, path, name, size, modifiedAt, id: String(id), checksum, listedAt };
}

function describeUpload({ id, requested, executed }: z.infer<typeof remoteUploadSchema>): RemoteUpload {
  return { id, requestedAt: momentOf(requested), executedAt: momentOf(executed) };
}

function momentOf(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}
