import type { Clock } from '../clock.ts';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** A terminal signals the whole group and npm passes the signal on: what comes this close is the same one. */
const SAME_MS = 500;
const EXIT_CODES = { SIGTERM: 143, SIGINT: 130 } as const;

/**
 * Resolves at the first SIGTERM or SIGINT. A later one ends the process at once, for those who do not want to wait
 * for streams to end.
 */
export function stopSignal(clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    let firstAt: number | null = null;
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (firstAt === null) {
          firstAt = clock.monotonic();
          resolve();
        } else if (clock.monotonic() - firstAt > SAME_MS) {
          process.exit(EXIT_CODES[signal]);
        }
      });
    }
  });
}
