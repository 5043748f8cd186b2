import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Random } from '../clock.ts';
import type { Quirks } from './quirks.ts';

export interface UploadedFile {
  readonly url: string;
  readonly filename: string;
  readonly size: number;
  readonly checksum: string;
}

interface Upload {
  used: boolean;
  report: { readonly files: readonly UploadedFile[]; readonly at: number } | null;
}

const ID_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 10;

/** Upload ids, the reports of what came in under each, and the room for the bytes (API document 2.16 to 2.18). */
export class UploadStore {
  readonly #quirks: Quirks;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #uploads = new Map<string, Upload>();
  #directory: Promise<string> | undefined;
  #filesKept = 0;

  constructor(quirks: Quirks, clock: Clock, random: Random) {
    this.#quirks = quirks;
    this.#clock = clock;
    this.#random = random;
  }

  /** 10 alphanumerics. */
  issueId(): string {
    const id = Array.from({ length: ID_LENGTH }, () =>
      ID_CHARACTERS.charAt(Math.floor(this.#random() * ID_CHARACTERS.length)),
    ).join('');
    this.#uploads.set(id, { used: false, report: null });
    return id;
  }

  /** Whether an upload under `id` may begin; it then counts as used. */
  claim(id: string): boolean {
    const upload = this.#uploads.get(id);
    if (upload === undefined || (upload.used && this.#quirks.uploadIdOnce)) return false;
    upload.used = true;
    return true;
  }

  report(id: string, files: readonly UploadedFile[]): void {
    this.#uploads.set(id, { used: true, report: { files, at: this.#clock.now() } });
  }

  /** The files that came in under `id`, or null when there is no report, or no longer. */
  reportOf(id: string): readonly UploadedFile[] | null {
    const report = this.#uploads.get(id)?.report ?? null;
    const { reportSeconds } = this.#quirks;
    if (report === null) return null;
    const expired = reportSeconds !== null && this.#clock.now() - report.at > reportSeconds * 1000;
    return expired ? null : report.files;
  }

  /** A path at which the bytes of one uploaded file can be kept until `close`. */
  async roomForFile(): Promise<string> {
    this.#directory ??= mkdtemp(join(tmpdir(), 'emulated-uploads-'));
    this.#filesKept += 1;
    return join(await this.#directory, String(this.#filesKept));
  }

  async close(): Promise<void> {
    if (this.#directory !== undefined) await rm(await this.#directory, { recursive: true, force: true });
  }
}
