import { demoAccount } from './demo.ts';
import { startEmulator } from './emulator.ts';

/** Runs the emulator with the demo account until the process is told to stop. */
const emulator = await startEmulator({ account: demoAccount() });
process.stdout.write(
  `FICHIER_API_URL=${emulator.apiUrl}\nFICHIER_API_KEY=${emulator.apiKey}\nCONTROL_URL=${emulator.controlUrl}\n`,
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void emulator.close();
  });
}
