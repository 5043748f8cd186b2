import type { Clock } from '../clock.ts';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** A terminal signals the whole group and npm passes the signal on: what comes this close is the same one. */
const SAME_MS = 500;
const EXIT_CODES = { SIGTERM: 143, SIGINT: 130 } as const;

/**
 * Resolves at the first SIGTERM or SIGINT. A later one ends the process at once, for those who do not want to wait
 * for streams to end. From the end of `listening` on, signals do what they do by themselves.
 */
export function stopSignal(clock: Clock, listening?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let firstAt: number | null = null;
    for (const signal of SIGNALS) {
      const onSignal = (): void => {
        if (firstAt === null) {
          firstAt = clock.monotonic();
          resolve();
        } else if (clock.monotonic() - firstAt > SAME_MS) {
          process.exit(EXIT_CODES[signal]);
        }
      };
      process.on(signal, onSignal);
      listening?.addEventListener('abort', () => void process.off(signal, onSignal), { once: true });
    }
  });
}
