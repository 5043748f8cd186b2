const ESCAPE_OR_BACKSLASH = /\\(?:["\\/bfnrt]|u[0-9a-f]{4})|\\/gi;

/**
 * Parses an answer of the API; undefined when it is no JSON. A backslash in a name used to come out unescaped (API document
 * section 1): where it makes the text invalid it is taken for itself, lest one name hide a whole folder.
 */
export function parseLenientJson(text: string): unknown {
  return (
    tryParse(text) ??
    tryParse(text.replace(ESCAPE_OR_BACKSLASH, (found) => (found === '\\' ? '\\\\' : found)))
  );
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
