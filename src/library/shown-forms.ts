import { storableName } from '../fichier/names.ts';
import { safeName } from './names.ts';

/**
 * The names under which the library may show what someone calls `name`, the likeliest first: that very name, as it is made
 * safe, and as it is stored where 1fichier refuses it.
 */
export function shownForms(name: string): readonly string[] {
  return [...new Set([name, safeName(name), safeName(storableName(name))])];
}
