import { signal, type ReadonlySignal } from '@preact/signals';

const SHOWN_MS = 5000;

/** Short messages, said to screen readers and, when they answer something a person did, shown for a moment. */
export class Announcer {
  readonly #spoken = signal('');
  readonly #shown = signal<string | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  get spoken(): ReadonlySignal<string> {
    return this.#spoken;
  }

  get shown(): ReadonlySignal<string | null> {
    return this.#shown;
  }

  say(text: string): void {
    this.#spoken.value = text;
  }

  show(text: string): void {
    this.say(text);
    this.#shown.value = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.#shown.value = null), SHOWN_MS);
  }
}
