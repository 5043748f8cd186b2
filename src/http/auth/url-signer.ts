import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** What makes the address of one file a key to that file, as query parameters. */
export interface AddressSignature {
  readonly sig: string;
  /** Seconds since the epoch from which the address no longer works; undefined: it works as long as the token. */
  readonly exp?: string | undefined;
}

/** Signs file addresses, so that they can be handed to players that send no token. Another token voids them all. */
export class UrlSigner {
  readonly #key: Buffer;

  constructor(token: string) {
    this.#key = Buffer.from(hkdfSync('sha256', token, '', 'fichier-bridge file address 1', 32));
  }

  /** `expiresAt` is in ms since the epoch; null, for .strm files, never ends. */
  sign(fileId: string, expiresAt: number | null): AddressSignature {
    const exp = expiresAt === null ? undefined : String(Math.floor(expiresAt / 1000));
    const sig = this.#mac(fileId, exp).toString('base64url');
    return exp === undefined ? { sig } : { sig, exp };
  }

  verify(fileId: string, signature: AddressSignature, now: number): boolean {
    const given = Buffer.from(signature.sig, 'base64url');
    const right = this.#mac(fileId, signature.exp);
    if (given.length !== right.length || !timingSafeEqual(given, right)) return false;
    return signature.exp === undefined || now < Number(signature.exp) * 1000;
  }

  #mac(fileId: string, exp: string | undefined): Buffer {
    return createHmac('sha256', this.#key)
      .update(`${fileId}\n${exp ?? ''}`)
      .digest();
  }
}
