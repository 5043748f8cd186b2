import type { FileEntry } from '../library/entry.ts';
import type { UrlSigner } from './auth/url-signer.ts';

/** The stable address of a file's stream: it survives renames and moves, for the name in it is for people only. */
export function streamAddress(
  base: string,
  file: Pick<FileEntry, 'id' | 'name'>,
  signer: UrlSigner | null,
  expiresAt: number | null = null,
): string {
  const address = `${base}/stream/${file.id}/${encodeURIComponent(file.name)}`;
  if (signer === null) return address;
  const { sig, exp } = signer.sign(file.id, expiresAt);
  return exp === undefined ? `${address}?sig=${sig}` : `${address}?exp=${exp}&sig=${sig}`;
}

/** The address of a library path of decoded names, relative to the server's root. A folder's ends in a slash. */
export function libraryAddress(path: string, kind: 'file' | 'folder'): string {
  const names = path.split('/').filter((name) => name !== '');
  const encoded = names.map((name) => encodeURIComponent(name)).join('/');
  return `/library/${encoded}${kind === 'folder' && encoded !== '' ? '/' : ''}`;
}
