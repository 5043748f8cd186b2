import type { BridgeError } from '../errors.ts';

/** Where a command writes, and what it may assume of the reader. */
export interface Terminal {
  /** Results, one line or more; the line end is added. */
  print(text: string): void;
  /** Remarks and failures, kept apart from results. */
  remark(text: string): void;
  /** Whether a person watches: only then are progress bars drawn. */
  readonly interactive: boolean;
}

/** The terminal of this process: results to standard output, the rest to standard error. */
export function processTerminal(): Terminal {
  return {
    print: (text) => void process.stdout.write(`${text}\n`),
    remark: (text) => void process.stderr.write(`${text}\n`),
    interactive: process.stderr.isTTY,
  };
}

/** What failed and what to do about it, for a person. */
export function explain(error: BridgeError): string {
  const cause = error.kind === 'internal' && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  const retry =
    error.retryAt === undefined ? '' : `\n  Try again after ${new Date(error.retryAt).toLocaleString()}.`;
  return `fichier-bridge: ${error.message}${cause}\n  ${error.hint}${retry}`;
}
