import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { EmulatedAccount } from './account.ts';
import { apiFaultSchema, type ApiFaults } from './api-faults.ts';
import { syntheticContent } from './content.ts';
import type { EmulatorCounts } from './counts.ts';
import { presetQuirks, quirksSchema, type Quirks } from './quirks.ts';
import { readBody } from './request-body.ts';
import { storageFaultSchema, type StorageFaults } from './storage-faults.ts';

export const CONTROL_PATH = '/_control';

const where = z.record(z.string(), z.string()).optional();

/** Each field is an order; those given are carried out in the order of this list. */
const ordersSchema = z.strictObject({
  preset: z.enum(['relaxed', 'documented']).optional(),
  quirks: z.record(z.string(), z.unknown()).optional(),
  clearFaults: z.boolean().optional(),
  faults: z.array(scripted(storageFaultSchema)).optional(),
  randomFaults: randomly(storageFaultSchema).optional(),
  apiFaults: z.array(scripted(apiFaultSchema)).optional(),
  randomApiFaults: randomly(apiFaultSchema).optional(),
  expireLinks: z.boolean().optional(),
  lockApiSeconds: z.number().optional(),
  unlockApi: z.boolean().optional(),
  storageConnections: z.enum(['refuse', 'accept']).optional(),
  edits: z
    .array(
      z.discriminatedUnion('edit', [
        z.object({ edit: z.literal('addFolder'), parentId: z.number(), name: z.string() }),
        z.object({
          edit: z.literal('addFile'),
          folderId: z.number(),
          name: z.string(),
          size: z.number(),
          seed: z.union([z.string(), z.number()]),
        }),
        z.object({ edit: z.literal('renameFile'), url: z.string(), name: z.string() }),
        z.object({ edit: z.literal('moveFile'), url: z.string(), folderId: z.number() }),
        z.object({ edit: z.literal('removeFile'), url: z.string() }),
        z.object({ edit: z.literal('renameFolder'), id: z.number(), name: z.string() }),
        z.object({ edit: z.literal('moveFolder'), id: z.number(), parentId: z.number() }),
        z.object({ edit: z.literal('removeFolder'), id: z.number() }),
      ]),
    )
    .optional(),
  resetCounts: z.boolean().optional(),
});

type Orders = z.output<typeof ordersSchema>;
type Edit = NonNullable<Orders['edits']>[number];

/** What can be changed in a running emulator. */
export interface Controlled {
  readonly account: EmulatedAccount;
  /** Live: a change holds from the next request. */
  readonly quirks: Quirks;
  readonly faults: StorageFaults;
  readonly apiFaults: ApiFaults;
  /** Kills every link issued so far. */
  expireLinks(): void;
  /** Begins a flood lock. */
  lockApi(seconds: number): void;
  unlockApi(): void;
  /** Cuts every connection to the storage host and refuses new ones until `acceptStorageConnections`. */
  refuseStorageConnections(): Promise<void>;
  acceptStorageConnections(): Promise<void>;
  counts(): EmulatorCounts;
  resetCounts(): void;
}

/**
 * The emulator's own endpoint, for processes other than the one that runs it. GET tells quirks and counts; POST
 * carries out orders and tells the same, with the id or address that each edit made.
 */
export class Control {
  readonly #emulator: Controlled;

  constructor(emulator: Controlled) {
    this.#emulator = emulator;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') {
      send(response, 200, this.#state([]));
      return;
    }
    const orders = ordersSchema.safeParse(parseJson(await readBody(request)));
    if (!orders.success) {
      send(response, 400, { error: z.prettifyError(orders.error) });
      return;
    }
    try {
      send(response, 200, this.#state(await this.#carryOut(orders.data)));
    } catch (error) {
      send(response, 400, { error: error instanceof Error ? error.message : String(error) });
    }
  }

  #state(made: readonly (string | number | null)[]): object {
    const { quirks, account } = this.#emulator;
    return { quirks, counts: this.#emulator.counts(), made, usedBytes: account.usedBytes() };
  }

  async #carryOut(orders: Orders): Promise<(string | number | null)[]> {
    this.#script(orders);
    const emulator = this.#emulator;
    if (orders.expireLinks === true) emulator.expireLinks();
    if (orders.lockApiSeconds !== undefined) emulator.lockApi(orders.lockApiSeconds);
    if (orders.unlockApi === true) emulator.unlockApi();
    if (orders.storageConnections === 'refuse') await emulator.refuseStorageConnections();
    if (orders.storageConnections === 'accept') await emulator.acceptStorageConnections();
    const made = (orders.edits ?? []).map((edit) => this.#edit(edit));
    if (orders.resetCounts === true) emulator.resetCounts();
    return made;
  }

  #script(orders: Orders): void {
    const { quirks, faults, apiFaults } = this.#emulator;
    if (orders.preset !== undefined) Object.assign(quirks, presetQuirks(orders.preset));
    if (orders.quirks !== undefined)
      Object.assign(quirks, quirksSchema.parse({ ...quirks, ...orders.quirks }));
    if (orders.clearFaults === true) {
      faults.clear();
      apiFaults.clear();
    }
    for (const { fault, where: aim, times } of orders.faults ?? []) {
      if (times === 'always') faults.always(fault, aim);
      else faults.next(fault, aim, times);
    }
    for (const { fault, where: aim, times } of orders.apiFaults ?? []) {
      if (times === 'always') apiFaults.always(fault, aim);
      else apiFaults.next(fault, aim, times);
    }
    if (orders.randomFaults !== undefined) faults.random(orders.randomFaults);
    if (orders.randomApiFaults !== undefined) apiFaults.random(orders.randomApiFaults);
  }

  #edit(edit: Edit): string | number | null {
    const { account } = this.#emulator;
    switch (edit.edit) {
      case 'addFolder':
        return account.addFolder(edit.parentId, edit.name);
      case 'addFile':
        return account.addFile(edit.folderId, edit.name, syntheticContent(edit.seed, edit.size));
      case 'renameFile':
        account.renameFile(edit.url, edit.name);
        return null;
      case 'moveFile':
        account.moveFile(edit.url, edit.folderId);
        return null;
      case 'removeFile':
        account.removeFile(edit.url);
        return null;
      case 'renameFolder':
        account.renameFolder(edit.id, edit.name);
        return null;
      case 'moveFolder':
        account.moveFolder(edit.id, edit.parentId);
        return null;
      case 'removeFolder':
        account.removeFolder(edit.id);
        return null;
    }
  }
}

function scripted<Fault extends z.ZodType>(fault: Fault) {
  return z.object({
    fault,
    where,
    times: z.union([z.number().int().positive(), z.literal('always')]).default(1),
  });
}

function randomly<Fault extends z.ZodType>(fault: Fault) {
  return z.object({ seed: z.number(), rate: z.number().min(0).max(1), kinds: z.array(fault).min(1) });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}
