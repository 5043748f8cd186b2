import type { DeadPropertyLimits } from './dead-properties.ts';
import type { LocalFileLimits } from './local-files.ts';
import type { XmlLimits } from './request-xml.ts';

export interface WebDavLimits {
  /** Most entries that a PROPFIND of Depth infinity answers for; 0 refuses that depth. */
  readonly infinityEntries: number;
  readonly xml: XmlLimits & {
    /** For a body of XML to arrive, ms. */
    readonly timeMs: number;
  };
  readonly properties: DeadPropertyLimits;
  readonly localFiles: LocalFileLimits;
  readonly locks: number;
  /** Longest life of a lock between refreshes, ms. */
  readonly lockTimeoutMs: number;
  /** For which an upload may bring no byte, ms. */
  readonly uploadIdleMs: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

export const DEFAULT_LIMITS: WebDavLimits = {
  infinityEntries: 20_000,
  xml: { bytes: 256 * KIB, depth: 32, elements: 5_000, timeMs: 20_000 },
  properties: { charactersEach: 64 * KIB, resources: 100_000 },
  localFiles: { files: 50_000, bytes: 256 * MIB, bytesEach: 4 * MIB },
  locks: 5_000,
  lockTimeoutMs: 3_600_000,
  uploadIdleMs: 120_000,
};
