import { Buffer } from 'node:buffer';
import { z } from 'zod';
import { BridgeError } from '../errors.ts';
import { changedFolders, folderAbove } from './changed-folders.ts';
import type { Greeting, MediaServer } from './media-server.ts';
import type { PathChange } from './notifier.ts';
import type { ServerConnection } from './server-connection.ts';

const answerSchema = z.object({
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
});
const versionSchema = z.object({
  version: z.object({ major: z.number(), minor: z.number() }),
  name: z.string().nullish(),
});

/** Scans asked for at once: Kodi does one after the other. */
const MOST_SCANS = 10;
const SEASON = /[/\\](?:season|saison|specials?)\b[^/\\]*$/i;

/** Kodi, by its JSON-RPC over HTTP (kodi.wiki "JSON-RPC API/v13"). */
export class Kodi implements MediaServer {
  readonly name = 'Kodi';
  readonly #connection: ServerConnection;

  constructor(connection: ServerConnection) {
    this.#connection = connection;
  }

  async tell(changes: readonly PathChange[], signal: AbortSignal): Promise<void> {
    const folders = changedFolders(changes, MOST_SCANS).map(showFolder);
    for (const folder of new Set(folders)) {
      const separator = folder.includes('\\') ? '\\' : '/';
      const directory = /[/\\]$/.test(folder) ? folder : folder + separator;
      await this.#call('VideoLibrary.Scan', { directory, showdialogs: false }, signal);
    }
  }

  async greet(signal: AbortSignal): Promise<Greeting> {
    const pong = await this.#call('JSONRPC.Ping', {}, signal);
    if (pong !== 'pong') throw this.#connection.strange('did not answer a ping');
    const properties = { properties: ['name', 'version'] };
    const about = versionSchema.safeParse(await this.#call('Application.GetProperties', properties, signal));
    const version = about.success ? ` ${about.data.version.major}.${about.data.version.minor}` : '';
    return { description: `Kodi${version}`, folders: null };
  }

  async #call(method: string, params: object, signal: AbortSignal): Promise<unknown> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const answer = answerSchema.safeParse(
      await this.#connection.ask({ method: 'POST', path: '/jsonrpc', body }, signal),
    );
    if (!answer.success) throw this.#connection.strange('does not speak JSON-RPC');
    const { error, result } = answer.data;
    if (error === undefined) return result;
    throw new BridgeError('server-refused', `Kodi refused ${method}: ${error.message} (${error.code})`, {
      hint: 'Check in Kodi that remote control over HTTP is allowed, and that it is not older than version 18.',
    });
  }
}

/** Kodi finds the episodes of a season only by the folder of their show. */
function showFolder(folder: string): string {
  return SEASON.test(folder) ? folderAbove(folder) : folder;
}

export function kodiHeaders(user: string | null, password: string | null): Record<string, string> {
  if (user === null && password === null) return {};
  const credentials = Buffer.from(`${user ?? 'kodi'}:${password ?? ''}`).toString('base64');
  return { authorization: `Basic ${credentials}` };
}
