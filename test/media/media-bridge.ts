import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { FileEntry } from '../../src/library/entry.ts';
import { bytesContent, fileContent } from '../../src/emulator/content.ts';
import type { EmulatedAccount } from '../../src/emulator/account.ts';
import { get, type Answer, type WholeBridge } from '../support/whole-bridge.ts';

const MEDIA = new URL('../../src/emulator/media/', import.meta.url);

/** Puts a file of the demo library at the root of the account. */
export function addDemo(account: EmulatedAccount, demo: string, name = demo): void {
  account.addFile(0, name, fileContent(new URL(demo, MEDIA).pathname));
}

export function addText(account: EmulatedAccount, name: string, text: string | Buffer): void {
  account.addFile(0, name, bytesContent(Buffer.from(text)));
}

/** By the name it has in the account. */
export function fileNamed({ bridge }: WholeBridge, name: string): FileEntry {
  const { library } = bridge.account;
  for (const entry of library.children(library.root().id)) {
    if (entry.kind === 'file' && entry.remoteName === name) return entry;
  }
  throw new Error(`the library has no file ${name}`);
}

export async function getJson(whole: WholeBridge, path: string): Promise<{ status: number; body: unknown }> {
  const { status, body } = await get(whole, path);
  return { status, body: JSON.parse(body.toString('utf8')) as unknown };
}

export function getMedia(whole: WholeBridge, name: string, what: string): Promise<Answer> {
  return get(whole, `/media/${fileNamed(whole, name).id}/${what}`);
}

/** The command lines of the media programs that this process has started and that still run. */
export function runningPrograms(): string[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${entry}/status`, 'utf8'))?.[1];
      const line = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return parent === String(process.pid) && /ff(?:mpeg|probe)/.test(line) ? [line] : [];
    } catch {
      return [];
    }
  });
}

/** Resolves when `isSo`; rejects when that takes far longer than it should on any machine. */
export async function eventually(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const limit = Date.now() + 50_000; Date.now() < limit;) {
    if (await isSo()) return;
    await pause(20);
  }
  throw new Error(`did not come about: ${what}`);
}
