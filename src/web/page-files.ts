import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentType } from 'mime-types';

export type Encoding = 'br' | 'gzip' | 'identity';

/** One file of the page, in every encoding that the build made of it. */
export interface PageFile {
  readonly contentType: string;
  readonly entityTag: string;
  readonly bodies: ReadonlyMap<Encoding, Buffer>;
}

const SUFFIXES: Readonly<Record<string, Encoding>> = { '.br': 'br', '.gz': 'gzip' };

/** The files of the built page by name, read once: all of them are smaller than one picture. Null: not built. */
export function readPageFiles(directory: string): ReadonlyMap<string, PageFile> | null {
  if (!existsSync(join(directory, 'index.html'))) return null;
  const names = readdirSync(directory);
  const plain = names.filter((name) => !Object.keys(SUFFIXES).some((suffix) => name.endsWith(suffix)));
  return new Map(plain.map((name) => [name, readPageFile(directory, name, names)]));
}

function readPageFile(directory: string, name: string, names: readonly string[]): PageFile {
  const body = readFileSync(join(directory, name));
  const bodies = new Map<Encoding, Buffer>([['identity', body]]);
  for (const [suffix, encoding] of Object.entries(SUFFIXES)) {
    if (names.includes(name + suffix)) bodies.set(encoding, readFileSync(join(directory, name + suffix)));
  }
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  const type = contentType(name);
  return {
    contentType: type === false ? 'application/octet-stream' : type,
    entityTag: `W/"${hash}"`,
    bodies,
  };
}

/** Where the build puts the page: beside this module in `dist`, or in `dist` of the sources that run. */
export function builtPageDirectory(): string {
  const beside = join(import.meta.dirname, 'page');
  return existsSync(beside) ? beside : join(import.meta.dirname, '../../dist/web/page');
}
