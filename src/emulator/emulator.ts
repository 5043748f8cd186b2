import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, Random } from '../clock.ts';
import { systemClock } from '../clock.ts';
import { EmulatedAccount } from './account.ts';
import { ApiFaults } from './api-faults.ts';
import { ApiServer } from './api-server.ts';
import type { ApiContext } from './api-call.ts';
import { Control, CONTROL_PATH, type Controlled } from './control.ts';
import type { EmulatorCounts } from './counts.ts';
import { Tally } from './counts.ts';
import { FloodGuard } from './flood-guard.ts';
import { LinkStore } from './link-store.ts';
import { Listener } from './listener.ts';
import { LocalTime } from './local-time.ts';
import type { PresetName, Quirks } from './quirks.ts';
import { presetQuirks, quirksSchema } from './quirks.ts';
import { RemoteUploads } from './remote-uploads.ts';
import { StorageFaults } from './storage-faults.ts';
import { StorageHost } from './storage-host.ts';
import { UploadHost } from './upload-host.ts';
import { UploadStore } from './upload-store.ts';

export interface EmulatorOptions {
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  readonly account?: EmulatedAccount | undefined;
  /** `relaxed` unless given. */
  readonly preset?: PresetName | undefined;
  /** Departures from the preset. */
  readonly quirks?: Partial<Quirks> | undefined;
  /** Any free port unless given. */
  readonly apiPort?: number | undefined;
  readonly storagePort?: number | undefined;
}

/** An offline 1fichier: API and storage host on loopback, with every habit of the real one as a switch. */
export interface Emulator extends Controlled {
  /** What FICHIER_API_URL takes. */
  readonly apiUrl: string;
  /** Origin of direct links. */
  readonly storageUrl: string;
  /** Where other processes set quirks and faults and read counts. */
  readonly controlUrl: string;
  readonly apiKey: string;
  /** TCP connections to the storage host at this moment, idle ones included. */
  openConnections(): number;
  /** Answers of the storage host in progress at this moment. */
  activeTransfers(): number;
  close(): Promise<void>;
}

const EMULATED_API_KEY = 'EmulatedKeyEmulatedKeyEmulated01';

export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = new LoopbackEmulator(options);
  await emulator.open();
  return emulator;
}

class LoopbackEmulator implements Emulator {
  readonly apiKey = EMULATED_API_KEY;
  readonly account: EmulatedAccount;
  readonly quirks: Quirks;
  readonly faults = new StorageFaults();
  readonly apiFaults = new ApiFaults();
  readonly #remoteUploads: RemoteUploads;
  readonly #tally = new Tally();
  readonly #links: LinkStore;
  readonly #guard: FloodGuard;
  readonly #uploads: UploadStore;
  readonly #api: Listener;
  readonly #storage: Listener;

  constructor({ clock = systemClock, random = Math.random, ...options }: EmulatorOptions) {
    this.account = options.account ?? new EmulatedAccount({ clock });
    this.quirks = quirksSchema.parse({ ...presetQuirks(options.preset ?? 'relaxed'), ...options.quirks });
    this.#remoteUploads = new RemoteUploads(this.account, this.quirks, clock);
    this.#links = new LinkStore(this.quirks, clock, random);
    this.#guard = new FloodGuard(this.quirks, clock, this.#tally);
    this.#uploads = new UploadStore(this.quirks, clock, random);
    this.#storage = this.#storageListener(clock, random, options.storagePort ?? 0);
    this.#api = this.#apiListener(clock, random, options.apiPort ?? 0);
  }

  async open(): Promise<void> {
    await this.#api.open();
    await this.#storage.open();
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${this.#api.port}/v1`;
  }

  get storageUrl(): string {
    return `http://127.0.0.1:${this.#storage.port}`;
  }

  get controlUrl(): string {
    return `http://127.0.0.1:${this.#api.port}${CONTROL_PATH}`;
  }

  expireLinks(): void {
    this.#links.expireAll();
  }

  lockApi(seconds: number): void {
    this.#guard.lock(seconds);
  }

  unlockApi(): void {
    this.#guard.unlock();
  }

  openConnections(): number {
    return this.#tally.openConnections;
  }

  activeTransfers(): number {
    return this.#tally.activeTransfers;
  }

  refuseStorageConnections(): Promise<void> {
    return this.#storage.close();
  }

  acceptStorageConnections(): Promise<void> {
    return this.#storage.open();
  }

  counts(): EmulatorCounts {
    return this.#tally.snapshot();
  }

  resetCounts(): void {
    this.#tally.reset();
  }

  async close(): Promise<void> {
    this.#remoteUploads.close();
    await Promise.all([this.#api.close(), this.#storage.close()]);
    await this.#uploads.close();
  }

  #storageListener(clock: Clock, random: Random, port: number): Listener {
    const host = new StorageHost({
      account: this.account,
      links: this.#links,
      guard: this.#guard,
      faults: this.faults,
      quirks: this.quirks,
      tally: this.#tally,
      clock,
      random,
    });
    const uploadHost = new UploadHost({
      account: this.account,
      uploads: this.#uploads,
      quirks: this.quirks,
      tally: this.#tally,
      random,
      apiKey: this.apiKey,
    });
    const handle = (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const url = new URL(request.url ?? '/', 'http://storage');
      return UploadHost.serves(url.pathname)
        ? uploadHost.handle(request, response, url)
        : host.handle(request, response, url);
    };
    return new Listener(handle, {
      port,
      onConnection: (socket) => {
        this.#tally.connectionOpened();
        socket.once('close', () => this.#tally.connectionClosed());
      },
    });
  }

  #apiListener(clock: Clock, random: Random, port: number): Listener {
    const server = new ApiServer({
      context: this.#apiContext(clock, random),
      guard: this.#guard,
      faults: this.apiFaults,
      tally: this.#tally,
      apiKey: this.apiKey,
    });
    const control = new Control(this);
    const handle = (request: IncomingMessage, response: ServerResponse): Promise<void> =>
      request.url?.startsWith(CONTROL_PATH) === true
        ? control.handle(request, response)
        : server.handle(request, response);
    return new Listener(handle, { port });
  }

  #apiContext(clock: Clock, random: Random): ApiContext {
    let localTime = new LocalTime(this.quirks.zone);
    return {
      account: this.account,
      quirks: this.quirks,
      clock,
      random,
      links: this.#links,
      uploads: this.#uploads,
      remoteUploads: this.#remoteUploads,
      localTime: () => {
        if (localTime.zone !== this.quirks.zone) localTime = new LocalTime(this.quirks.zone);
        return localTime;
      },
      storagePort: () => this.#storage.port,
    };
  }
}
