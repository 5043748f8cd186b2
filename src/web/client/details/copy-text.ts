/** Puts text on the clipboard; false when the browser does not let it. */
export async function copyText(text: string): Promise<boolean> {
  // Only pages of https and of this machine have the clipboard's own interface.
  if (!window.isSecureContext) return copyBySelection(text);
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => copyBySelection(text),
  );
}

function copyBySelection(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'for-ears';
  // Within a modal dialog nothing outside it can be selected.
  (document.querySelector('dialog[open]') ?? document.body).append(field);
  field.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the one way that plain http has
  const isCopied = document.execCommand('copy');
  field.remove();
  return isCopied;
}
