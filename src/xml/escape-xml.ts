/* eslint-disable-next-line no-control-regex -- XML 1.0 section 2.2 allows no other control characters */
const NOT_PLAIN = /[&<>\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const EACH_NOT_PLAIN = new RegExp(NOT_PLAIN, 'g');

const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\r': '&#13;',
};

/** Text for element content; characters that XML 1.0 cannot hold become U+FFFD. */
export function escapeXml(text: string): string {
  if (!NOT_PLAIN.test(text)) return text;
  return text.replace(EACH_NOT_PLAIN, (character) => REFERENCES[character] ?? '\ufffd');
}
