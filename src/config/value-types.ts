import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** A kind of value that settings have: read from text, the same in every source. */
export interface ValueType<T> {
  /** What is allowed, in words that follow "must be". */
  readonly allowed: string;
  /** Stands for the value in the help of a flag. */
  readonly placeholder: string;
  /** Undefined: the text is not allowed. */
  parse(text: string): T | undefined;
  /** Whether a configuration file may give it as an array of texts. */
  readonly list: boolean;
}

const BYTE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

const DURATION_UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Bounds are inclusive and written as the user would write the value. */
interface Bounds {
  readonly from?: string;
  readonly to?: string;
}

function withinWords(bounds: Bounds): string {
  if (bounds.from !== undefined && bounds.to !== undefined) return `, from ${bounds.from} to ${bounds.to}`;
  if (bounds.from !== undefined) return `, at least ${bounds.from}`;
  return bounds.to === undefined ? '' : `, at most ${bounds.to}`;
}

function measured(
  placeholder: string,
  allowed: string,
  read: (text: string) => number | undefined,
  bounds: Bounds,
): ValueType<number> {
  const least = bounds.from === undefined ? 0 : (read(bounds.from) ?? 0);
  const most = bounds.to === undefined ? Number.MAX_SAFE_INTEGER : (read(bounds.to) ?? 0);
  return {
    allowed: `${allowed}${withinWords(bounds)}`,
    placeholder,
    list: false,
    parse(text) {
      const value = read(text.trim());
      return value === undefined || value < least || value > most ? undefined : value;
    },
  };
}

/** Bytes: a number with B, KiB, MiB, GiB or TiB; a bare number is bytes. */
export function bytes(bounds: Bounds = {}): ValueType<number> {
  return measured('size', 'a size such as 64MiB or 2GiB (B, KiB, MiB, GiB, TiB)', readBytes, bounds);
}

function readBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB|TiB)?$/.exec(text);
  if (match === null) return undefined;
  return Math.round(Number(match[1]) * (BYTE_UNITS[match[2] ?? 'B'] ?? 1));
}

/** Milliseconds: numbers with ms, s, m, h or d, such as 30s or 1h30m; 0 needs no unit. */
export function duration(bounds: Bounds = {}): ValueType<number> {
  return measured('duration', 'a duration such as 30s, 10m or 6h (ms, s, m, h, d)', readDuration, bounds);
}

function readDuration(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (DURATION_UNITS_MS[unit ?? ''] ?? 0);
  }
  return Math.round(total);
}

export function wholeNumber(from: number, to: number): ValueType<number> {
  const read = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : undefined);
  return measured('number', 'a whole number', read, { from: String(from), to: String(to) });
}

export function decimalNumber(from: string, to: string): ValueType<number> {
  const read = (text: string): number | undefined =>
    /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
  return measured('number', 'a number', read, { from, to });
}

const YES = new Set(['true', 'yes', 'on', '1']);
const NO = new Set(['false', 'no', 'off', '0']);

export const boolean: ValueType<boolean> = {
  allowed: 'true or false',
  placeholder: 'true|false',
  list: false,
  parse(text) {
    const word = text.trim().toLowerCase();
    if (YES.has(word)) return true;
    return NO.has(word) ? false : undefined;
  },
};

export function oneOf<const T extends string>(...choices: readonly T[]): ValueType<T> {
  return {
    allowed: `one of ${choices.join(', ')}`,
    placeholder: choices.join('|'),
    list: false,
    parse: (text) => choices.find((choice) => choice === text.trim()),
  };
}

/** A text without control characters; spaces around it are dropped. */
export const text: ValueType<string> = {
  allowed: 'a text on one line',
  placeholder: 'text',
  list: false,
  parse(written) {
    const value = written.trim();
    return value === '' || /\p{Cc}/u.test(value) ? undefined : value;
  },
};

/** What is sent as a secret in a header: visible ASCII, no spaces. */
export const secretText: ValueType<string> = {
  allowed: 'visible ASCII characters without spaces',
  placeholder: 'secret',
  list: false,
  parse(written) {
    const value = written.trim();
    return /^[\x21-\x7e]+$/.test(value) ? value : undefined;
  },
};

/** An absolute path; `~` is the home directory, and a relative path starts at the working directory. */
export const path: ValueType<string> = {
  allowed: 'a path',
  placeholder: 'path',
  list: false,
  parse(written) {
    if (written.trim() === '' || written.includes('\0')) return undefined;
    const expanded = /^~(?=$|[\\/])/.test(written) ? join(homedir(), written.slice(1)) : written;
    return resolve(expanded);
  },
};

/** An address without a trailing slash, credentials, query or fragment. */
export const httpUrl: ValueType<string> = {
  allowed: 'an address that starts with http:// or https://',
  placeholder: 'url',
  list: false,
  parse(written) {
    if (!URL.canParse(written.trim())) return undefined;
    const url = new URL(written.trim());
    const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
    if (!plain || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
    return url.href.replace(/\/+$/, '');
  },
};

/** Items separated by commas; in a configuration file also an array. */
export function listOf<T>(item: ValueType<T>): ValueType<readonly T[]> {
  return {
    allowed: `a list, separated by commas, each ${item.allowed}`,
    placeholder: 'list',
    list: true,
    parse(written) {
      const items = written
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
        .map((part) => item.parse(part));
      const valid = items.filter((value) => value !== undefined);
      return valid.length === items.length ? valid : undefined;
    },
  };
}

export interface Mapping {
  readonly from: string;
  readonly to: string;
}

/** One thing mapped to another, as `from=to`. */
export const mapping: ValueType<Mapping> = {
  allowed: 'of the form from=to',
  placeholder: 'from=to',
  list: false,
  parse(written) {
    const at = written.indexOf('=');
    const from = written.slice(0, at).trim();
    const to = written.slice(at + 1).trim();
    return at < 1 || from === '' || to === '' ? undefined : { from, to };
  },
};

const SERVERS = ['jellyfin', 'emby', 'plex', 'kodi', 'webhook'] as const;

export type ServerName = (typeof SERVERS)[number];

export interface ServerPathMapping extends Mapping {
  /** Null: every server. */
  readonly server: ServerName | null;
}

/** Where another machine or container has a folder of this one. */
export const serverPathMapping: ValueType<ServerPathMapping> = {
  allowed: `of the form /here=/there, with ${SERVERS.map((server) => `${server}:`).join(', ')} before it if only that server is meant`,
  placeholder: '/here=/there',
  list: false,
  parse(written) {
    const server = SERVERS.find((name) => written.trim().toLowerCase().startsWith(`${name}:`)) ?? null;
    const paths = mapping.parse(server === null ? written : written.trim().slice(server.length + 1));
    return paths !== undefined && isAbsolute(paths.from) ? { server, ...paths } : undefined;
  },
};
