import { BridgeError } from '../../src/errors.ts';
import type { CallOptions, FichierApi, Priority } from '../../src/fichier/api.ts';

interface PendingCall {
  readonly url: string;
  readonly priority: Priority;
  /** Lets the call leave the queue. */
  send(): void;
  succeed(address: string): void;
  fail(error: BridgeError): void;
}

/** The link call of the API, answered by the test: by hand, or by `answer` at once. */
export class ScriptedApi implements Pick<FichierApi, 'getLink'> {
  readonly pending: PendingCall[] = [];
  sent = 0;
  dropped = 0;
  answer: ((url: string, count: number) => string | BridgeError) | null = null;

  getLink(url: string, options: CallOptions): Promise<string> {
    return new Promise((resolve, reject) => {
      let isSent = false;
      const call: PendingCall = {
        url,
        priority: options.priority,
        send: () => {
          if (isSent) return;
          isSent = true;
          this.sent += 1;
          options.onSent?.();
        },
        succeed: (address) => {
          call.send();
          this.#forget(call);
          resolve(address);
        },
        fail: (error) => {
          call.send();
          this.#forget(call);
          reject(error);
        },
      };
      this.pending.push(call);
      options.signal?.addEventListener('abort', () => {
        if (!isSent) this.dropped += 1;
        this.#forget(call);
        reject(new BridgeError('cancelled', 'dropped from the queue'));
      });
      if (this.answer === null) return;
      const outcome = this.answer(url, this.sent + 1);
      if (outcome instanceof BridgeError) call.fail(outcome);
      else call.succeed(outcome);
    });
  }

  #forget(call: PendingCall): void {
    const place = this.pending.indexOf(call);
    if (place >= 0) this.pending.splice(place, 1);
  }
}
