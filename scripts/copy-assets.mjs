// Copies what the compiler leaves behind (media, pages) from src to dist, and makes the command executable.
import { chmodSync, cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';

const ASSETS = ['emulator/media'];

for (const asset of ASSETS) {
  const from = join('src', asset);
  if (existsSync(from)) cpSync(from, join('dist', asset), { recursive: true });
}
const command = join('dist', 'main.js');
if (existsSync(command)) chmodSync(command, 0o755);
