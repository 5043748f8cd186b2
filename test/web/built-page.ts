import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const BUILD = join(import.meta.dirname, '../../scripts/build-page.mjs');

export interface BuiltPage {
  readonly directory: string;
  remove(): void;
}

/** The page of the sources as they are now, built aside, so that a test never sees an older one. */
export async function buildPage(): Promise<BuiltPage> {
  const parent = mkdtempSync(join(tmpdir(), 'bridge-page-'));
  const directory = join(parent, 'page');
  await promisify(execFile)(process.execPath, [BUILD, directory]);
  return { directory, remove: () => rmSync(parent, { recursive: true, force: true }) };
}
