import { accessSync, closeSync, constants, mkdirSync, openSync, statSync } from 'node:fs';
import { BridgeError } from '../errors.ts';

/**
 * Makes the data directory when it is missing, for its owner alone: it holds direct links, which are secrets.
 *
 * @throws BridgeError `config-invalid` when it cannot be made or written to.
 */
export function ensureDataDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (!statSync(directory).isDirectory()) throw new Error('it is a file');
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BridgeError('config-invalid', `the data directory ${directory} cannot be used: ${reason}`, {
      cause: error,
      hint: 'Give it to the user that runs the bridge, or set BRIDGE_DATA_DIR to a directory of that user.',
    });
  }
}

/** Makes a file that only its owner can read, unless there is one; what SQLite puts beside it takes its mode over. */
export function makePrivateFile(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
}
