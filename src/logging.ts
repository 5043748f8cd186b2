import { pino, type DestinationStream, type Logger } from 'pino';
import { PinoPretty } from 'pino-pretty';

export interface LoggingOptions {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** `auto`: pretty when the destination is a terminal. */
  readonly format: 'auto' | 'pretty' | 'json';
  /** Exact texts that must never be written, such as the API key. */
  readonly secrets?: readonly (string | null)[];
  /** File descriptor to write to; standard error by default, so that standard output stays for results. */
  readonly descriptor?: number;
}

/** Lines that wait in memory while the log cannot be written, bytes; what comes on top is dropped. */
const MOST_WAITING_BYTES = 1024 * 1024;

/** The log of the process. It never stops the bridge: a full disk or a closed pipe costs lines, nothing else. */
export function createLogger(options: LoggingOptions): Logger {
  const descriptor = options.descriptor ?? process.stderr.fd;
  const terminal = descriptor === process.stderr.fd ? process.stderr.isTTY : false;
  const pretty = options.format === 'pretty' || (options.format === 'auto' && terminal);
  const scrub = secretScrubber(options.secrets ?? []);
  return pino(
    {
      level: options.level,
      redact: { paths: [...SECRET_FIELDS], censor: '(hidden)' },
      hooks: { streamWrite: scrub },
    },
    pretty ? prettyDestination(descriptor, terminal) : plainDestination(descriptor),
  );
}

const SECRET_FIELDS = [
  'apiKey',
  'token',
  'authorization',
  'req.headers.authorization',
  'req.headers.cookie',
  'headers.authorization',
  'headers.cookie',
  'link.address',
] as const;

function plainDestination(descriptor: number): DestinationStream {
  const destination = pino.destination({ dest: descriptor, sync: true, maxLength: MOST_WAITING_BYTES });
  destination.on('error', () => {
    // There is nowhere left to report it to; the stream keeps the line and tries again with the next one.
  });
  return destination;
}

function prettyDestination(descriptor: number, colorize: boolean): DestinationStream {
  return PinoPretty({
    colorize,
    destination: plainDestination(descriptor),
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
  });
}

/** Takes secrets out of a line wherever they stand: in an address, a message or the text of an error. */
export function secretScrubber(secrets: readonly (string | null)[]): (line: string) => string {
  const exact = secrets.filter((secret) => secret !== null && secret.length >= 4);
  return (line) => {
    let clean = line
      .replaceAll(DIRECT_LINK, '$1(direct link)')
      .replaceAll(CREDENTIALS, '$1 (hidden)')
      .replaceAll(SECRET_PARAMETER, '$1(hidden)');
    for (const secret of exact) if (secret !== null) clean = clean.replaceAll(secret, '(hidden)');
    return clean;
  };
}

/** One letter and digits as the only path segment (API document section 3). */
const DIRECT_LINK = /(https?:\/\/[^\s"\\/]+\/)[a-z]\d{5,}(?![\w/])/gi;
const CREDENTIALS = /\b(Bearer|Basic)\s+[\w.~+/=-]+/gi;
const SECRET_PARAMETER = /([?&](?:sig|token|key)=)[^&"\s\\]+/gi;
