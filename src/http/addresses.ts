import type { FastifyRequest } from 'fastify';
import type { FileEntry } from '../library/entry.ts';
import type { UrlSigner } from './auth/url-signer.ts';

/** How the client reaches the bridge, without a slash at its end: `publicUrl`, or else by the Host it names. */
export function clientBase(
  { protocol, host }: Pick<FastifyRequest, 'protocol' | 'host'>,
  publicUrl: string | null,
): string {
  return publicUrl ?? `${protocol}://${host}`;
}

/** The stable address of a file's stream: it survives renames and moves, for the name in it is for people only. */
export function streamAddress(
  base: string,
  file: Pick<FileEntry, 'id' | 'name'>,
  signer: UrlSigner | null,
  expiresAt: number | null = null,
): string {
  return signed(`${base}/stream/${file.id}/${encodeURIComponent(file.name)}`, file.id, signer, expiresAt);
}

/** The address, relative to the server's root, of something that ffmpeg makes of a file, such as `play.mp4`. */
export function mediaAddress(file: Pick<FileEntry, 'id'>, what: string, signer: UrlSigner | null): string {
  return signed(`/media/${file.id}/${what}`, file.id, signer, null);
}

function signed(address: string, fileId: string, signer: UrlSigner | null, expiresAt: number | null): string {
  if (signer === null) return address;
  const { sig, exp } = signer.sign(fileId, expiresAt);
  return exp === undefined ? `${address}?sig=${sig}` : `${address}?exp=${exp}&sig=${sig}`;
}

/** The address of a library path of decoded names, relative to the server's root. A folder's ends in a slash. */
export function libraryAddress(path: string, kind: 'file' | 'folder'): string {
  const names = path.split('/').filter((name) => name !== '');
  const encoded = names.map((name) => encodeURIComponent(name)).join('/');
  return `/library/${encoded}${kind === 'folder' && encoded !== '' ? '/' : ''}`;
}
