import type { Logger } from 'pino';
import type { Clock, Random } from '../clock.ts';

/** What every part is given that is not a setting. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Of this program, for the User-Agent of its calls. */
  readonly version: string;
  /** Where the page was built to, when it is not where the build of this program puts it. */
  readonly pageDirectory?: string | undefined;
}
