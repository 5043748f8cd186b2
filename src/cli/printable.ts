/** Names are strangers' bytes: what could steer a terminal is shown as a mark. */
export function printable(name: string): string {
  return name.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '\uFFFD');
}
