/** API and data must use one address family: 1fichier takes two for two places (API document, #887). */
export const ADDRESS_FAMILIES = { auto: undefined, ipv4: 4, ipv6: 6 } as const;

/** For a connection to 1fichier, TLS included, to the API as to a storage host (ms). */
export const CONNECT_TIMEOUT_MS = 10_000;
