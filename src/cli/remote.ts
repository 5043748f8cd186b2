import type { Command } from 'commander';
import { systemClock } from '../clock.ts';
import type { RemoteUpload, RemoteUploadStatus } from '../fichier/api.ts';
import { BridgeError } from '../errors.ts';
import type { CommandHost } from './command-host.ts';
import { EXIT } from './exit-codes.ts';
import { printable } from './printable.ts';
import { remotePath } from './remote-path.ts';
import { addSettingFlags, settingsFrom } from './setting-flags.ts';
import type { Terminal } from './terminal.ts';

interface RemoteOptions {
  readonly to: string;
  /** False with --no-wait. */
  readonly wait: boolean;
  readonly json?: true;
}

export function addRemote(program: Command, { env, terminal, finish }: CommandHost): void {
  const command = program
    .command('remote')
    .description('let 1fichier fetch web addresses by itself; see also `remote status`')
    .enablePositionalOptions()
    .argument('<url...>', 'http, https or ftp addresses')
    .option('--to <folder>', 'folder of the library to put the files into', '/')
    .option('--no-wait', 'end at once with the number of the request')
    .option('--json', 'as a JSON object');
  addSettingFlags(command, 'hidden').action(
    async (urls: string[], options: RemoteOptions & Record<string, unknown>) => {
      const settings = settingsFrom(options, env);
      const to = remotePath(options.to);
      for (const url of urls) requireAddress(url);
      const { withLibrary } = await import('./open-library.ts');
      const { awaitRemoteUpload } = await import('./await-remote-upload.ts');
      await withLibrary(settings, async (library) => {
        const id = await library.requestRemoteUpload(urls, to);
        if (!options.wait) {
          terminal.print(options.json === true ? JSON.stringify({ id }) : String(id));
          return;
        }
        terminal.remark(`request ${id}: 1fichier fetches it, whether or not this command goes on`);
        const status = await awaitRemoteUpload(library, id, systemClock);
        if (status.results.some(({ ok }) => ok))
          await library.refresh(to, false).catch(() => {
            terminal.remark(`it shows in ${printable(to)} when that is read the next time`);
          });
        printStatus(status, options.json === true, terminal);
        finish(exitCodeFor(status));
      });
    },
  );
  addStatus(command, { env, terminal });
}

function addStatus(remote: Command, { env, terminal }: Pick<CommandHost, 'env' | 'terminal'>): void {
  const command = remote
    .command('status')
    .description('what 1fichier was asked to fetch, and what became of it')
    .argument('[request]', 'the number of one request')
    .option('--json', 'as JSON');
  addSettingFlags(command, 'hidden').action(
    async (request: string | undefined, options: Record<string, unknown>) => {
      const settings = settingsFrom(options, env);
      const id = request === undefined ? null : requestNumber(request);
      const json = options['json'] === true;
      const { withLibrary } = await import('./open-library.ts');
      await withLibrary(settings, async (library) => {
        if (id !== null) printStatus(await library.remoteUploadStatus(id), json, terminal);
        else for (const upload of await library.remoteUploads()) printUpload(upload, json, terminal);
      });
    },
  );
}

function requireAddress(text: string): void {
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  if (['http:', 'https:', 'ftp:'].includes(protocol)) return;
  throw new BridgeError('bad-request', `${text} is no http, https or ftp address`);
}

function requestNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new BridgeError('bad-request', `${text} is not the number of a request`, {
    hint: '`remote status` without a number lists all requests.',
  });
}

function printStatus(status: RemoteUploadStatus, json: boolean, terminal: Terminal): void {
  printUpload(status, json, terminal);
  if (json) return;
  for (const { source, ok, url, message } of status.results) {
    terminal.print(`  ${ok ? 'ok    ' : 'FAILED'}  ${printable(source)}  ${url ?? printable(message)}`);
  }
}

function printUpload(upload: RemoteUpload, json: boolean, terminal: Terminal): void {
  const requestedAt = timeText(upload.requestedAt);
  const executedAt = timeText(upload.executedAt);
  if (json) terminal.print(JSON.stringify({ ...upload, requestedAt, executedAt }));
  else
    terminal.print(
      `request ${upload.id} of ${requestedAt ?? '?'}: ${executedAt === null ? 'under way' : 'done'}`,
    );
}

function timeText(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

function exitCodeFor({ results }: RemoteUploadStatus): number {
  const failed = results.filter(({ ok }) => !ok).length;
  if (failed === 0) return EXIT.ok;
  return failed < results.length ? EXIT.partial : EXIT.failure;
}
