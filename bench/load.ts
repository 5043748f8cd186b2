import { Pool } from 'undici';
import { quantile } from './statistics.ts';

export interface Target {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** Path of the file. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface RandomReads {
  readonly fileSize: number;
  readonly readSize: number;
  readonly connections: number;
  readonly seconds: number;
  readonly random: () => number;
}

export interface Latencies {
  readonly reads: number;
  readonly perSecond: number;
  /** Milliseconds from sending the request to the first byte of the body. */
  readonly firstByteP50: number;
  readonly firstByteP99: number;
}

/** Keeps every connection busy with reads at random places. */
export async function readAtRandom(target: Target, plan: RandomReads): Promise<Latencies> {
  const pool = new Pool(target.origin, { connections: plan.connections });
  const firstBytes: number[] = [];
  const begun = performance.now();
  const until = begun + plan.seconds * 1000;
  const reader = async (): Promise<void> => {
    while (performance.now() < until) {
      const start = Math.floor(plan.random() * (plan.fileSize - plan.readSize));
      firstBytes.push(await fetchRange(pool, target, start, plan.readSize));
    }
  };
  try {
    await Promise.all(Array.from({ length: plan.connections }, reader));
  } finally {
    await pool.destroy();
  }
  const seconds = (performance.now() - begun) / 1000;
  firstBytes.sort((a, b) => a - b);
  return {
    reads: firstBytes.length,
    perSecond: firstBytes.length / seconds,
    firstByteP50: quantile(firstBytes, 0.5),
    firstByteP99: quantile(firstBytes, 0.99),
  };
}

async function fetchRange(pool: Pool, target: Target, start: number, bytes: number): Promise<number> {
  const begun = performance.now();
  let firstByte: number | null = null;
  let received = 0;
  const answer = await pool.request({
    method: 'GET',
    path: target.path,
    headers: { ...target.headers, range: `bytes=${start}-${start + bytes - 1}` },
  });
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    firstByte ??= performance.now() - begun;
    received += chunk.length;
  }
  if (answer.statusCode !== 206 || received !== bytes || firstByte === null) {
    throw new Error(`${target.origin} gave ${received} of ${bytes} bytes with status ${answer.statusCode}`);
  }
  return firstByte;
}
