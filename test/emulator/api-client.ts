import { afterEach } from 'vitest';
import { z } from 'zod';
import type { Emulator, EmulatorOptions } from '../../src/emulator/emulator.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';

const running: Emulator[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});

/** An emulator that ends with its test. */
export async function emulatorForTest(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator(options);
  running.push(emulator);
  return emulator;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

/** One call of the API as a client makes it; `endpoint` without `.cgi`. */
export async function call(emulator: Emulator, endpoint: string, fields: object = {}): Promise<Answer> {
  const response = await fetch(`${emulator.apiUrl}/${endpoint}.cgi`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${emulator.apiKey}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(fields),
  });
  return readAnswer(response);
}

export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  const body = isJson ? z.record(z.string(), z.unknown()).parse(JSON.parse(text)) : {};
  return { status: response.status, headers: response.headers, text, body };
}

/** Mints a direct link. */
export async function link(emulator: Emulator, url: string, fields: object = {}): Promise<string> {
  const { body } = await call(emulator, 'download/get_token', { url, ...fields });
  return z.string().parse(body.url);
}

/** The objects in an array of a listing. */
export function listed(
  answer: Answer,
  key: 'items' | 'sub_folders' | 'data' = 'items',
): Record<string, unknown>[] {
  return z.array(z.record(z.string(), z.unknown())).parse(answer.body[key] ?? []);
}
