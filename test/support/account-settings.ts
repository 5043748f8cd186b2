import type { Emulator } from '../../src/emulator/emulator.ts';

/** The settings, by their environment names, that lead a bridge to an emulated account. */
export function accountSettings(
  emulator: Pick<Emulator, 'apiKey' | 'apiUrl'>,
): Readonly<Record<string, string>> {
  return { FICHIER_API_KEY: emulator.apiKey, FICHIER_API_URL: emulator.apiUrl };
}
