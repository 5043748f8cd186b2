import { createInterface } from 'node:readline/promises';
import type { BridgeError } from '../errors.ts';
import { EXIT } from './exit-codes.ts';
import { printable } from './printable.ts';

/** Where a command writes, and what it may assume of the reader. */
export interface Terminal {
  /** Results, one line or more; the line end is added. */
  print(text: string): void;
  /** Remarks and failures, kept apart from results. */
  remark(text: string): void;
  /** Whether a person watches: only then are progress bars drawn. */
  readonly interactive: boolean;
  /** Asks a question of yes or no; null: there is nobody to ask. */
  confirm(question: string): Promise<boolean | null>;
}

/** The terminal of this process: results to standard output, the rest to standard error. */
export function processTerminal(): Terminal {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever read the results has had enough, as `head` has.
    if (error.code === 'EPIPE') process.exit(EXIT.ok);
    throw error;
  });
  return {
    print: (text) => void process.stdout.write(`${text}\n`),
    remark: (text) => void process.stderr.write(`${text}\n`),
    interactive: process.stderr.isTTY,
    confirm: async (question) => {
      if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
      const prompt = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return /^y(es)?$/i.test((await prompt.question(`${question} [y/N] `)).trim());
      } finally {
        prompt.close();
      }
    },
  };
}

/** What failed for one of several files or folders and what to do about it, for a person. */
export function explainOne(path: string, { message, hint }: BridgeError): string {
  return `${printable(path)}: ${printable(message)}\n  ${hint}`;
}

/** What failed and what to do about it, for a person. */
export function explain(error: BridgeError): string {
  const cause = error.kind === 'internal' && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  const retry =
    error.retryAt === undefined ? '' : `\n  Try again after ${new Date(error.retryAt).toLocaleString()}.`;
  return `fichier-bridge: ${error.message}${cause}\n  ${error.hint}${retry}`;
}
