import { escapeXml } from '../../../xml/escape-xml.ts';

/** What `/api/v1/setup` answers. */
export interface Setup {
  /** Of the bridge as other programs reach it, ending in a slash. */
  readonly address: string;
  readonly isPublicUrlSet: boolean;
  readonly tokenNeeded: boolean;
  readonly writable: boolean;
  readonly strmDirectories: readonly string[];
  readonly mountPoint: string;
  readonly rcloneArguments: readonly string[];
}

/** Stands where the token goes, which the page does not know. */
export const TOKEN_PLACE = 'the value of BRIDGE_TOKEN';

/** A command line for a POSIX shell, broken before each flag. */
export function shellCommand(words: readonly string[]): string {
  let line = '';
  for (const word of words) {
    const isFlag = word.startsWith('--');
    line += line === '' ? quoted(word) : isFlag ? ` \\\n  ${quoted(word)}` : ` ${quoted(word)}`;
  }
  return line;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The command that mounts the library by the installed rclone, without the help of the bridge. */
export function mountCommand({ tokenNeeded, rcloneArguments }: Setup): string {
  const token = tokenNeeded ? 'RCLONE_WEBDAV_BEARER_TOKEN="$BRIDGE_TOKEN" ' : '';
  return token + shellCommand(['rclone', ...rcloneArguments]);
}

/** A remote in rclone's configuration. */
export function rcloneRemote({ address, tokenNeeded }: Setup): string {
  const lines = ['[1fichier]', 'type = webdav', `url = ${address}dav/`, 'vendor = other'];
  if (tokenNeeded) lines.push(`bearer_token = ${TOKEN_PLACE}`);
  return lines.join('\n');
}

/** A source in Kodi's sources.xml. */
export function kodiSource({ address, tokenNeeded }: Setup): string {
  const url = new URL('dav/', address);
  const scheme = url.protocol === 'https:' ? 'davs' : 'dav';
  const user = tokenNeeded ? 'bridge:BRIDGE_TOKEN@' : '';
  const path = `${scheme}://${user}${url.host}${url.pathname}`;
  return [
    '<source>',
    '  <name>1fichier</name>',
    `  <path pathversion="1">${escapeXml(path)}</path>`,
    '  <allowsharing>true</allowsharing>',
    '</source>',
  ].join('\n');
}
