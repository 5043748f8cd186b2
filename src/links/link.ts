import type { Priority } from '../fichier/api.ts';
import type { LinkUse } from './link-trials.ts';

/** A direct link: the right to read one file's bytes for some minutes. Its address is a secret. */
export interface DirectLink {
  /** Secret. */
  readonly address: string;
  /** ms since the epoch. */
  readonly mintedAt: number;
}

export interface LinkRequest {
  readonly priority: Priority;
  readonly signal?: AbortSignal | undefined;
}

/** Where readers get direct links from. */
export interface LinkSource {
  /** The live link of a file, from the cache or by at most one API call however many ask at once. */
  get(fileUrl: string, request: LinkRequest): Promise<DirectLink>;
  /**
   * To be asked right before a request is made with `link`: waits while somebody else makes the first one. Gives null
   * when the link has been given up meanwhile, so that another is to be got, and when the signal aborts.
   */
  use(fileUrl: string, link: DirectLink, signal: AbortSignal): Promise<LinkUse | null>;
  /** Says that `link` was refused by the storage host; the next `get` mints another, once for all who say so. */
  refuse(fileUrl: string, link: DirectLink): void;
  /** Says that the way to the storage host of `link` fails: the next `get` tries for another, and gives this one if none is to be had. */
  doubt(fileUrl: string, link: DirectLink): void;
  /** Says that the storage host served bytes for `link`: its time since the first use counts from then on. */
  accept(fileUrl: string, link: DirectLink): void;
}
