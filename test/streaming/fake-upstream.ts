import { createCipheriv, createHash } from 'node:crypto';
import { BridgeError } from '../../src/errors.ts';
import type { Content, Upstream, UpstreamBytes, UpstreamRequest } from '../../src/streaming/content.ts';
import type { ByteRange } from '../../src/streaming/range.ts';

/** Prime, so that no two blocks of a file are alike. */
const PERIOD = 1_048_583;
const periods = new Map<string, Buffer>();

/** The bytes of a seed from `start` to `end`: a pure function, so that any range can be checked. */
export function bytesOf(seed: string, start: number, end: number): Buffer {
  const period = periods.get(seed) ?? makePeriod(seed);
  const bytes = Buffer.allocUnsafeSlow(end - start);
  for (let filled = 0; filled < bytes.length;) {
    filled += period.copy(bytes, filled, (start + filled) % PERIOD);
  }
  return bytes;
}

function makePeriod(seed: string): Buffer {
  const key = createHash('sha256').update(seed).digest();
  const period = createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(PERIOD));
  periods.set(seed, period);
  return period;
}

export function content(overrides: Partial<Content> = {}): Content {
  const id = overrides.id ?? 'film';
  return {
    id,
    version: 'v1',
    size: 8 * 1024 * 1024,
    url: `https://1fichier.com/?${id}`,
    name: `${id}.mkv`,
    contentType: 'video/x-matroska',
    ...overrides,
  };
}

export class FakeRead {
  readonly range: ByteRange;
  sent = 0;
  /** False: the next byte takes another request to the storage host. */
  connected = true;
  /** How often the reader has said that it wants nothing for now. */
  rests = 0;
  state: 'open' | 'complete' | 'cancelled' | 'failed' = 'open';

  constructor(range: ByteRange) {
    this.range = range;
  }
}

/** An upstream of synthetic bytes that remembers what was asked of it and can be held, cut and made to fail. */
export class FakeUpstream implements Upstream {
  readonly reads: FakeRead[] = [];
  chunkSize = 16 * 1024;
  /** Bytes beyond which no read sends anything until it is raised; counted over each read. */
  allowance = Infinity;
  /** Consulted before each chunk; a returned error is thrown. */
  fault: (read: FakeRead) => BridgeError | null = () => null;
  readonly #waiting = new Set<() => void>();

  get fetched(): number {
    return this.reads.reduce((sum, read) => sum + read.sent, 0);
  }

  get open(): number {
    return this.reads.filter((read) => read.state === 'open').length;
  }

  allow(bytes: number): void {
    this.allowance = bytes;
    for (const wake of [...this.#waiting]) wake();
  }

  read(file: Content, range: ByteRange, request: UpstreamRequest): UpstreamBytes {
    const read = new FakeRead(range);
    this.reads.push(read);
    return Object.defineProperties(this.#run(file, read, request), {
      connected: { get: () => read.connected },
      rest: { value: () => (read.rests += 1) },
    }) as UpstreamBytes;
  }

  async *#run(
    file: Content,
    read: FakeRead,
    request: UpstreamRequest,
  ): AsyncGenerator<Buffer, void, undefined> {
    const { range } = read;
    const signal = request.signal ?? new AbortController().signal;
    signal.addEventListener('abort', () => {
      if (read.state === 'open') read.state = 'cancelled';
    });
    try {
      while (range.start + read.sent < range.end) {
        await this.#turn(read, signal);
        const fault = this.fault(read);
        if (fault !== null) {
          read.state = 'failed';
          throw fault;
        }
        const start = range.start + read.sent;
        const end = Math.min(start + this.chunkSize, range.end);
        read.sent += end - start;
        yield bytesOf(`${file.id}-${file.version}`, start, end);
      }
      read.state = 'complete';
    } finally {
      if (read.state === 'open') read.state = 'cancelled';
    }
  }

  async #turn(read: FakeRead, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (!signal.aborted && read.sent >= this.allowance) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
        signal.addEventListener('abort', wake, { once: true });
      });
    }
    if (signal.aborted) throw new BridgeError('cancelled', 'the read was cancelled');
  }
}
