import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** The API key that the page has stored in a data directory; null: none. What is wrong with it goes into `problems`. */
export function readStoredKey(dataDir: string, problems: string[]): string | null {
  const file = keyFile(dataDir);
  try {
    const key = readFileSync(file, 'utf8').trim();
    return key === '' ? null : key;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (!('code' in error && error.code === 'ENOENT'))
      problems.push(`${file} cannot be read: ${error.message}`);
    return null;
  }
}

/** Stores a key for its owner alone to read; a crash leaves the file as it was or as it shall be. */
export function storeKey(dataDir: string, key: string): void {
  const file = keyFile(dataDir);
  const unfinished = `${file}.new`;
  const descriptor = openSync(unfinished, 'w', 0o600);
  try {
    writeSync(descriptor, `${key.trim()}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(unfinished, file);
}

function keyFile(dataDir: string): string {
  return join(dataDir, 'api-key');
}
