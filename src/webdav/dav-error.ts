import { BridgeError, type FailureKind } from '../errors.ts';

/** A failure with the precondition or postcondition element that names it for WebDAV clients (RFC 4918 section 16). */
export class DavError extends BridgeError {
  /** XML of the children of `DAV:error`; holds only what this module wrote. */
  readonly condition: string;

  constructor(kind: FailureKind, message: string, condition: string) {
    super(kind, message);
    this.condition = condition;
  }
}

/** `lock-token-submitted` or `no-conflicting-lock`, with the addresses of the locks in the way. */
export function lockCondition(
  name: 'lock-token-submitted' | 'no-conflicting-lock',
  escapedHrefs: readonly string[],
): string {
  const hrefs = escapedHrefs.map((href) => `<D:href>${href}</D:href>`).join('');
  return `<D:${name}>${hrefs}</D:${name}>`;
}
