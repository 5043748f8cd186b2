import { BridgeError } from '../../errors.ts';
import type { ServeOptions, StreamMode } from '../file-server.ts';

export interface StreamPolicy {
  readonly streamMode: StreamMode;
  /** Whether `?mode=` may ask for the other mode. */
  readonly modeByQuery: boolean;
}

/** Query parameters of every address that serves a file. */
export interface FileQuery {
  readonly mode?: unknown;
  readonly download?: unknown;
}

/** @throws BridgeError `bad-request` for a mode that does not exist or may not be chosen. */
export function serveOptions(query: FileQuery, policy: StreamPolicy): ServeOptions {
  return { mode: chosenMode(query.mode, policy), download: query.download === '1' };
}

function chosenMode(mode: unknown, policy: StreamPolicy): StreamMode {
  if (mode === undefined || mode === policy.streamMode) return policy.streamMode;
  if (mode !== 'proxy' && mode !== 'redirect') {
    throw new BridgeError('bad-request', 'mode must be proxy or redirect');
  }
  if (!policy.modeByQuery) {
    const hint = 'Leave mode out, or set BRIDGE_STREAM_MODE_BY_QUERY=true.';
    throw new BridgeError('bad-request', 'the mode cannot be chosen by the client', { hint });
  }
  return mode;
}
