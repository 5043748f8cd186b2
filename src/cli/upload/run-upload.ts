import { systemClock } from '../../clock.ts';
import type { Settings } from '../../config/settings.ts';
import { asBridgeError, BridgeError } from '../../errors.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import { formatBytes } from '../format.ts';
import { printable } from '../printable.ts';
import type { LibraryAccess } from '../library-access.ts';
import { concernsOne } from '../one-or-all.ts';
import { withLibrary } from '../open-library.ts';
import { stopSignal } from '../stop-signal.ts';
import { explain, explainOne, type Terminal } from '../terminal.ts';
import { readLocalTree, type LocalFile, type LocalTree } from './local-tree.ts';
import { TransferBar } from './transfer-bar.ts';
import { Uploader, type Outcome, type UploadProgress } from './uploader.ts';

export interface UploadOrder {
  readonly settings: Settings;
  /** Paths of this machine. */
  readonly local: readonly string[];
  /** Folder of the library. */
  readonly to: string;
  readonly replace: boolean;
  readonly json: boolean;
  readonly terminal: Terminal;
}

const UNSEEN: UploadProgress = {
  begin: () => undefined,
  sent: () => undefined,
  unsent: () => undefined,
  spared: () => undefined,
};

/** @returns the exit code. */
export async function runUpload(order: UploadOrder): Promise<number> {
  const { settings, local, to, terminal } = order;
  const tree = await readLocalTree(local, to);
  for (const { path, reason } of tree.leftOut) terminal.remark(`${printable(path)} is left out: ${reason}`);
  const stopping = new AbortController();
  const over = new AbortController();
  void stopSignal(systemClock, over.signal).then(() =>
    stopping.abort(new BridgeError('cancelled', 'the upload was stopped')),
  );
  try {
    return await withLibrary(settings, (library) => uploadTree(library, tree, order, stopping.signal));
  } finally {
    over.abort();
  }
}

async function uploadTree(
  library: LibraryAccess,
  tree: LocalTree,
  { replace, json, terminal }: UploadOrder,
  signal: AbortSignal,
): Promise<number> {
  const bytes = tree.files.reduce((sum, { size }) => sum + size, 0);
  const bar = terminal.interactive ? new TransferBar(bytes, systemClock) : null;
  const uploader = new Uploader(library, systemClock, { replace, progress: bar ?? UNSEEN, signal });
  const report = new Report(tree.files.length, json, terminal);
  try {
    await uploader.prepareFolders(tree);
    for (const file of tree.files) {
      signal.throwIfAborted();
      report.add(file, await outcomeOf(uploader, file));
    }
  } catch (thrown) {
    report.stoppedBy(asBridgeError(thrown));
  } finally {
    bar?.stop();
  }
  return report.end();
}

/** Rejects with what stops the other files too. */
async function outcomeOf(uploader: Uploader, file: LocalFile): Promise<Outcome> {
  try {
    return await uploader.send(file);
  } catch (thrown) {
    const error = asBridgeError(thrown);
    if (!concernsOne(error)) throw error;
    return { state: 'failed', error };
  }
}

/** Counts the outcomes, prints them, and makes an exit code of them. */
class Report {
  readonly #files: number;
  readonly #json: boolean;
  readonly #terminal: Terminal;
  readonly #counts = { uploaded: 0, present: 0, failed: 0 };
  readonly #failures: (() => void)[] = [];
  #uploadedBytes = 0;
  #stop: BridgeError | null = null;
  #onlyFailure: BridgeError | null = null;

  constructor(files: number, json: boolean, terminal: Terminal) {
    this.#files = files;
    this.#json = json;
    this.#terminal = terminal;
  }

  add(file: LocalFile, outcome: Outcome): void {
    this.#counts[outcome.state] += 1;
    if (outcome.state === 'uploaded') this.#uploadedBytes += file.size;
    if (outcome.state === 'failed') {
      this.#onlyFailure ??= outcome.error;
      // Told at the end: a progress bar is on the line now.
      this.#failures.push(() => this.#terminal.remark(explainOne(file.path, outcome.error)));
    }
    if (this.#json) this.#terminal.print(JSON.stringify(jsonOf(file, outcome)));
  }

  stoppedBy(error: BridgeError): void {
    this.#stop = error;
  }

  /** @returns the exit code. */
  end(): number {
    for (const tell of this.#failures) tell();
    if (this.#stop !== null) this.#terminal.remark(explain(this.#stop));
    const { uploaded, present, failed } = this.#counts;
    const unsent = this.#files - uploaded - present - failed;
    const parts = [
      `${uploaded} sent (${formatBytes(this.#uploadedBytes)})`,
      ...(present > 0 ? [`${present} there already`] : []),
      ...(failed > 0 ? [`${failed} failed`] : []),
      ...(unsent > 0 ? [`${unsent} not tried`] : []),
    ];
    if (!this.#json) this.#terminal.print(parts.join(', '));
    const error = this.#stop ?? this.#onlyFailure;
    if (error === null) return EXIT.ok;
    if (error.kind === 'cancelled') return EXIT.interrupted;
    return uploaded + present > 0 ? EXIT.partial : exitCodeOf(error.kind);
  }
}

function jsonOf({ path, to, size }: LocalFile, outcome: Outcome): object {
  if (outcome.state !== 'failed') return { path, to, size, ...outcome };
  const { kind: error, message, hint } = outcome.error;
  return { path, to, size, state: 'failed', error, message, hint };
}
