/** What has been opened, closed in the reverse order. */
export class Teardown {
  readonly #closers: (() => unknown)[] = [];

  onClose(close: () => unknown): void {
    this.#closers.push(close);
  }

  /** Closes all, even where one fails; then rejects with the first failure. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

/** Runs `open` with a teardown of its own; when it fails, what it had opened is closed again. */
export async function openAll<T>(open: (teardown: Teardown) => Promise<T>): Promise<T> {
  const teardown = new Teardown();
  try {
    return await open(teardown);
  } catch (error) {
    await teardown.close().catch(() => undefined);
    throw error;
  }
}
