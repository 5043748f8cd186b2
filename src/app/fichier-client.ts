import type { Settings } from '../config/settings.ts';
import type { FichierClient } from '../fichier/client.ts';
import { createFichierClient, type FichierClientOptions } from '../fichier/create-client.ts';
import { fichierDispatcher } from '../fichier/dispatcher.ts';
import { endpointTable } from '../fichier/endpoints.ts';
import type { Surroundings } from './surroundings.ts';
import { ADDRESS_FAMILIES, CONNECT_TIMEOUT_MS } from './outbound.ts';

type Place = Pick<Settings, 'apiUrl' | 'endpoints' | 'endpointOverrides' | 'addressFamily'>;

type Further = Pick<FichierClientOptions, 'pacer' | 'store' | 'log' | 'useCdnCredits'>;

/** A client of the API, and what ends its connections. */
interface ConnectedClient {
  readonly api: FichierClient;
  close(): Promise<void>;
}

/** Reaches the API where the settings say it is, with a key that they need not have. */
export function connectToFichier(
  { apiUrl, endpoints, endpointOverrides, addressFamily }: Place,
  { clock, random, version }: Surroundings,
  apiKey: string,
  further: Further = {},
): ConnectedClient {
  const dispatcher = fichierDispatcher({
    addressFamily: ADDRESS_FAMILIES[addressFamily] ?? 'auto',
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
  });
  const overrides = endpointOverrides.map(({ from, to }) => [from, to] as const);
  const api = createFichierClient({
    apiKey,
    baseUrl: apiUrl,
    endpoints: endpointTable(endpoints, Object.fromEntries(overrides)),
    dispatcher,
    clock,
    random,
    userAgent: `fichier-bridge/${version}`,
    ...further,
  });
  return { api, close: () => dispatcher.destroy() };
}
