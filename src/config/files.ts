import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { path } from './value-types.ts';

interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * The configuration file that was named, or `config.json` in the data directory when there is one; null: none.
 * What is wrong with it goes into `problems`.
 */
export function readConfigFile(
  named: string | undefined,
  dataDir: string,
  problems: string[],
): ConfigFile | null {
  const file = path.parse(named ?? join(dataDir, 'config.json'));
  if (file === undefined) return null;
  try {
    const values: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (isRecord(values)) return { path: file, values };
    problems.push(`${file} must hold one JSON object, such as {"port": 8787}`);
  } catch (error) {
    if (named === undefined && isMissing(error)) return null;
    const reason = error instanceof SyntaxError ? 'is not valid JSON' : 'cannot be read';
    // A parser quotes what it trips over, and that may be a secret.
    const detail = error instanceof Error && !(error instanceof SyntaxError) ? `: ${error.message}` : '';
    problems.push(`${file} ${reason}${detail}`);
  }
  return null;
}

/** The first line of a file that holds nothing but a secret, as Docker mounts them. */
export function readSecretFile(written: string, place: string, problems: string[]): string | undefined {
  const file = path.parse(written);
  try {
    if (file !== undefined) return readFileSync(file, 'utf8').trim();
  } catch (error) {
    problems.push(
      `${place} names a file that cannot be read: ${error instanceof Error ? error.message : file}`,
    );
    return undefined;
  }
  problems.push(`${place} must be a path`);
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
