import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { Agent, fetch, type Response } from 'undici';
import { z } from 'zod';
import { BridgeError, isFailureKind } from '../errors.ts';
import type { Account } from '../fichier/api.ts';
import {
  accountSchema,
  budgetSchema,
  crawlSchema,
  directLinkSchema,
  entrySchema,
  listingSchema,
  problemSchema,
} from '../http/api/schemas.ts';
import type { RunRecord } from '../strm/run-history.ts';
import { strmEventSchema } from '../strm/sync-events.ts';
import type {
  LibraryAccess,
  ListedEntry,
  RefreshProgress,
  StrmOrder,
  StrmWatcher,
} from './library-access.ts';

const PAGE_SIZE = 1000;

/** The library as the bridge that runs on the same data directory serves it over its JSON API. */
export class RunningBridge implements LibraryAccess {
  readonly #address: string;
  readonly #token: string | null;
  /** A refresh of many folders answers when it is done, however long that takes. */
  readonly #agent = new Agent({ headersTimeout: 0 });

  /** @param address ends in a slash. */
  constructor(address: string, token: string | null) {
    this.#address = address;
    this.#token = token;
  }

  async *list(path: string): AsyncIterable<ListedEntry> {
    for (let offset: number | null = 0; offset !== null;) {
      const query = new URLSearchParams({ path, offset: String(offset), limit: String(PAGE_SIZE) });
      const page: z.infer<typeof listingSchema> = await this.#call(
        `entries?${query.toString()}`,
        listingSchema,
      );
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
    const response = await this.#send('strm/sync', { ...order, outcomes: true }, watcher.signal);
    const lines = createInterface({ input: Readable.fromWeb(response.body ?? new ReadableStream()) });
    for await (const line of lines) {
      const event = strmEventSchema.parse(JSON.parse(line));
      if (event.type === 'progress') watcher.onProgress(event.progress);
      else if (event.type === 'outcomes') watcher.onOutcomes(event.outcomes);
      else if (event.type === 'records') return event.records;
      else throw failureIn(event.problem);
    }
    throw new BridgeError('upstream-unavailable', 'the running bridge broke off', {
      hint: 'Look at its log; the next run goes on where this one ended.',
    });
  }

  close(): Promise<void> {
    return this.#agent.close();
  }

  /** A GET, or a POST when there is a body. */
  async #call<T>(route: string, answer: z.ZodType<T>, body?: object): Promise<T> {
    return answer.parse(await (await this.#send(route, body)).json());
  }

  async #send(route: string, body?: object, signal?: AbortSignal): Promise<Response> {
    const response = await fetch(`${this.#address}api/v1/${route}`, {
      dispatcher: this.#agent,
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(this.#token === null ? {} : { authorization: `Bearer ${this.#token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal ?? null,
    }).catch((error: unknown) => {
      if (signal?.aborted === true) throw new BridgeError('cancelled', 'the command was given up');
      throw new BridgeError('upstream-unavailable', `the bridge at ${this.#address} does not answer`, {
        cause: error,
        hint: 'Look at its log, or start it again.',
      });
    });
    if (!response.ok) throw failureIn(await response.json());
    return response;
  }
}

function failureIn(content: unknown): BridgeError {
  const problem = problemSchema.safeParse(content);
  if (!problem.success || !isFailureKind(problem.data.error)) {
    return new BridgeError('internal', 'the running bridge gave an answer that is none');
  }
  const { error, message, hint, retryAt } = problem.data;
  return new BridgeError(error, message, {
    hint,
    ...(retryAt === null ? {} : { retryAt: Date.parse(retryAt) }),
  });
}

function describe(entry: z.infer<typeof entrySchema>): ListedEntry {
  const { kind, path, name, id } = entry;
  const size = entry.kind === 'file' ? entry.size : null;
  return { kind, path, name, size, modifiedAt: Date.parse(entry.modified), id: String(id) };
}
