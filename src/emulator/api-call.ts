import { z } from 'zod';
import type { Clock, Random } from '../clock.ts';
import type { EmulatedAccount } from './account.ts';
import type { EmulatedFile } from './emulated-entry.ts';
import type { Refusal } from './ko.ts';
import { refuse } from './ko.ts';
import type { LinkStore } from './link-store.ts';
import type { LocalTime } from './local-time.ts';
import type { Quirks } from './quirks.ts';
import type { RemoteUploads } from './remote-uploads.ts';
import type { UploadStore } from './upload-store.ts';

export type WireObject = Readonly<Record<string, unknown>>;

/** A body to send with 200, or a refusal. */
export type Outcome = WireObject | Refusal;

/** What the endpoints work on. */
export interface ApiContext {
  readonly account: EmulatedAccount;
  readonly quirks: Quirks;
  readonly clock: Clock;
  readonly random: Random;
  readonly links: LinkStore;
  readonly uploads: UploadStore;
  readonly remoteUploads: RemoteUploads;
  readonly localTime: () => LocalTime;
  readonly storagePort: () => number;
}

export interface Endpoint {
  /** The request's fields, beside `pretty`, which every call may have. */
  readonly fields: readonly string[];
  answer(fields: Fields, context: ApiContext): Outcome | Promise<Outcome>;
}

const texts = z.array(z.string());
const numeric = z.union([z.number(), z.string().regex(/^-?\d+$/)]).transform(Number);

/** The fields of a request, read as leniently as Perl does: numbers may be strings, null is absent. */
export class Fields {
  readonly #values: WireObject;

  constructor(values: WireObject) {
    this.#values = values;
  }

  names(): string[] {
    return Object.keys(this.#values);
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined && this.#values[name] !== null;
  }

  raw(name: string): unknown {
    return this.#values[name];
  }

  text(name: string): string | null {
    const value = this.#values[name];
    return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;
  }

  integer(name: string): number | null {
    const parsed = numeric.safeParse(this.#values[name]);
    return parsed.success && Number.isSafeInteger(parsed.data) ? parsed.data : null;
  }

  flag(name: string): boolean {
    const value = this.#values[name];
    return value === true || value === 1 || value === '1';
  }

  texts(name: string): readonly string[] {
    const parsed = texts.safeParse(this.#values[name]);
    return parsed.success ? parsed.data : [];
  }

  /** Objects in an array, each as fields. */
  objects(name: string): readonly Fields[] {
    const parsed = z.array(z.record(z.string(), z.unknown())).safeParse(this.#values[name]);
    return parsed.success ? parsed.data.map((values) => new Fields(values)) : [];
  }
}

/** The file a call names by `url`, or by `folder_id` and `filename`, if the caller may have it. */
export function findFile(fields: Fields, { account, quirks }: ApiContext): EmulatedFile | Refusal {
  const file = namedFile(fields, account);
  if (file === undefined) return refuse('resource-not-found', quirks.notFoundStatus);
  if (file.ownerLocked) return refuse('owner-locked');
  if (!quirks.enforcePasswords || file.password === '') return file;
  const password = fields.text('pass') ?? '';
  if (password === '') return refuse('password-missing');
  return password === file.password ? file : refuse('password-wrong');
}

function namedFile(fields: Fields, account: EmulatedAccount): EmulatedFile | undefined {
  const url = fields.text('url');
  if (url !== null) return account.byUrl(url);
  const filename = fields.text('filename');
  return account.files(fields.integer('folder_id') ?? 0).find((file) => file.name === filename);
}
