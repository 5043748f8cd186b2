import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Account } from './api.ts';
import { parseLenientJson } from './lenient-json.ts';
import type { StateStore } from './state-store.ts';

const FACT = 'account';

const savedAccount = z.object({
  keyFingerprint: z.string(),
  /** ms since the epoch. */
  askedAt: z.number(),
  account: z.object({
    email: z.string().nullable(),
    offer: z.enum(['free', 'premium', 'access', 'premium-gold', 'unknown']),
    subscriptionEnd: z.number().nullable(),
    cdnCreditGb: z.number().nullable(),
    usedBytes: z.number().nullable(),
    availableBytes: z.number().nullable(),
  }),
});

/** The last answer about the account: asking is dear, and a restart gives no right to ask again. */
export class LastAccount {
  readonly #clock: Clock;
  readonly #store: StateStore;
  readonly #servedForMs: number;
  #asking: { readonly keyFingerprint: string; readonly answer: Promise<Account> } | null = null;

  /** `servedForMs`: at least what the API's own limit on asking is (API document 2.1). */
  constructor(clock: Clock, store: StateStore, servedForMs: number) {
    this.#clock = clock;
    this.#store = store;
    this.#servedForMs = servedForMs;
  }

  /** The account of this key as last told, or else what `ask` tells now; whoever asks meanwhile waits for the same answer. */
  orAsk(keyFingerprint: string, ask: () => Promise<Account>): Promise<Account> {
    const known = this.#known(keyFingerprint);
    if (known !== null) return Promise.resolve(known);
    if (this.#asking?.keyFingerprint === keyFingerprint) return this.#asking.answer;
    const answer = this.#ask(keyFingerprint, ask);
    this.#asking = { keyFingerprint, answer };
    return answer;
  }

  async #ask(keyFingerprint: string, ask: () => Promise<Account>): Promise<Account> {
    try {
      const account = await ask();
      const askedAt = this.#clock.now();
      const saved = JSON.stringify({ keyFingerprint, askedAt, account });
      this.#store.write(FACT, saved, askedAt + this.#servedForMs);
      return account;
    } finally {
      if (this.#asking?.keyFingerprint === keyFingerprint) this.#asking = null;
    }
  }

  #known(keyFingerprint: string): Account | null {
    const stored = this.#store.read(FACT);
    if (stored === null) return null;
    const { data } = savedAccount.safeParse(parseLenientJson(stored));
    if (data?.keyFingerprint !== keyFingerprint) return null;
    const age = this.#clock.now() - data.askedAt;
    return age >= 0 && age < this.#servedForMs ? data.account : null;
  }
}
