import { z } from 'zod';
import type { Account } from '../../fichier/api.ts';
import type { ApiRoutes } from './api.ts';
import { accountSchema, describeAccount, problemSchema } from './schemas.ts';

/** Who takes the key of the account while the demo library stands in for it. */
interface KeyTaker {
  /** Rejects with a BridgeError that says what is wrong with the key. */
  take(key: string): Promise<Account>;
}

const LONGEST_KEY = 512;

/** Whether the bridge has its account, and how to give it one. Null: it has. */
export function firstRunRoutes(taker: KeyTaker | null): ApiRoutes {
  return (server, _options, done) => {
    server.get(
      '/first-run',
      {
        schema: {
          summary: 'Whether the demo library stands in for an account whose key is not known yet',
          response: { 200: z.object({ keyNeeded: z.boolean() }) },
        },
      },
      () => ({ keyNeeded: taker !== null }),
    );

    if (taker !== null) {
      server.post(
        '/first-run/key',
        {
          schema: {
            summary: 'Give the API key: it is checked and stored, and the bridge goes on with that account',
            body: z.object({ key: z.string().min(1).max(LONGEST_KEY) }),
            response: { 200: accountSchema, '4xx': problemSchema, '5xx': problemSchema },
          },
        },
        async (request) => describeAccount(await taker.take(request.body.key)),
      );
    }
    done();
  };
}
