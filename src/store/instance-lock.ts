import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { BridgeError } from '../errors.ts';
import { asStoreError } from './store-error.ts';

export interface InstanceLock {
  release(): void;
}

/**
 * Makes this process the only one on a data directory. The lock is an open transaction on a file of its own: the
 * operating system ends it with the process, however that dies, so no stale lock is ever left.
 *
 * @throws BridgeError `data-dir-locked`, naming the process that holds it; `disk-full`.
 */
export function lockDataDirectory(directory: string): InstanceLock {
  const database = new DatabaseSync(join(directory, 'lock.db'));
  const holderFile = join(directory, 'lock.pid');
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw asStoreError(error);
    throw new BridgeError(
      'data-dir-locked',
      `the data directory ${directory} is in use by process ${readHolder(holderFile)}`,
      { cause: error },
    );
  }
  writeFileSync(holderFile, `${process.pid}\n`);
  return { release: () => database.close() };
}

function readHolder(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}

function isBusy(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'errcode' in error && error.errcode === 5;
}
