import { createHash } from 'node:crypto';
import type { ContentSource } from './content.ts';

export const ROOT_ID = 0;

/** Who may have a file (API document 2.9). */
export interface AccessList {
  readonly ip?: readonly string[];
  readonly country?: readonly string[];
  readonly email?: readonly string[];
  readonly premium?: number;
}

export interface EmulatedFile {
  /** 20 lower-case alphanumerics. */
  readonly id: string;
  readonly folderId: number;
  readonly name: string;
  readonly content: ContentSource;
  /** ms since the epoch. */
  readonly uploadedAt: number;
  /** ms since the epoch at which it came to its folder. */
  readonly placedAt: number;
  readonly description: string | null;
  /** Empty: none. */
  readonly password: string;
  readonly inline: boolean;
  readonly noSsl: boolean;
  readonly cdn: boolean;
  readonly accessList: AccessList;
  /** `Owner locked`: the page works, the API refuses the file. */
  readonly ownerLocked: boolean;
  /** A virus scan will find something. */
  readonly infected: boolean;
}

export interface EmulatedFolder {
  readonly id: number;
  /** Null for the root. */
  readonly parentId: number | null;
  readonly name: string;
  /** ms since the epoch. */
  readonly createdAt: number;
  readonly password: string;
  /** Path of its public page, or null when it is not shared. */
  readonly sharedAs: string | null;
}

export type FileAttributes = Partial<Omit<EmulatedFile, 'folderId' | 'name' | 'content' | 'placedAt'>>;

export const PLAIN_ATTRIBUTES = {
  placedAt: 0,
  description: null,
  password: '',
  inline: false,
  noSsl: false,
  cdn: false,
  accessList: {},
  ownerLocked: false,
  infected: false,
} as const;

export const ROOT: EmulatedFolder = {
  id: ROOT_ID,
  parentId: null,
  name: 'Root',
  createdAt: 0,
  password: '',
  sharedAs: null,
};

export function fileUrl(id: string): string {
  return `https://1fichier.com/?${id}`;
}

/** The id in a page address; what follows it (`&af=…`) is tolerated. */
export function fileIdIn(url: string): string | null {
  return /\/\?([a-z0-9]{5,20})(?:&|$)/.exec(url)?.[1] ?? null;
}

/** Stable from run to run, so that addresses kept on disk still work after a restart. */
export function fileIdFor(serial: number): string {
  const digest = createHash('sha256').update(`file ${serial}`).digest('hex');
  return BigInt(`0x${digest}`).toString(36).padStart(20, '0').slice(-20);
}
