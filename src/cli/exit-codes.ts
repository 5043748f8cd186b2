import type { FailureKind } from '../errors.ts';

/** What the process ends with; shown by --help and in the README. */
export const EXIT = {
  ok: 0,
  /** The work failed; standard error says why and what to do. */
  failure: 1,
  /** A wrong command line or setting; nothing was begun. */
  usage: 2,
  /** Part of the work was done; standard error names the rest. */
  partial: 3,
  /** Ended by SIGINT, as shells count it. */
  interrupted: 130,
} as const;

export function exitCodeOf(kind: FailureKind): number {
  if (kind === 'config-invalid' || kind === 'bad-request') return EXIT.usage;
  return kind === 'cancelled' ? EXIT.interrupted : EXIT.failure;
}
