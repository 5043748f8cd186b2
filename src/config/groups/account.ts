import { required, secret } from '../setting.ts';
import {
  boolean,
  decimalNumber,
  httpUrl,
  listOf,
  mapping,
  oneOf,
  text,
  wholeNumber,
} from '../value-types.ts';

const GROUP = 'Account';

export const ACCOUNT_SETTINGS = {
  apiKey: secret({
    group: GROUP,
    env: 'FICHIER_API_KEY',
    description:
      'API key of the 1fichier account, made in its console under Parameters. Without one, `serve` shows the demo account.',
  }),
  apiUrl: required(httpUrl, 'https://api.1fichier.com/v1', {
    group: GROUP,
    env: 'FICHIER_API_URL',
    description: 'Where the 1fichier API is.',
  }),
  root: required(text, '/', {
    group: GROUP,
    env: 'FICHIER_ROOT',
    description: 'The folder to mirror: a path such as /Media/Films, or the number of a folder.',
  }),
  endpoints: required(oneOf('v1', 'classic'), 'v1', {
    group: GROUP,
    env: 'FICHIER_ENDPOINTS',
    description: 'Names of the API calls: `v1` as the API has them, `classic` as older articles give them.',
  }),
  endpointOverrides: required(listOf(mapping), '', {
    group: GROUP,
    env: 'FICHIER_ENDPOINT_OVERRIDES',
    description: 'Single API calls under another path, such as `getLink=/download/get_token.cgi`.',
  }),
  addressFamily: required(oneOf('auto', 'ipv4', 'ipv6'), 'auto', {
    group: GROUP,
    env: 'FICHIER_ADDRESS_FAMILY',
    description:
      'Address family for the API and for the bytes alike: 1fichier takes IPv4 and IPv6 of one machine for two places.',
  }),
  callsPerSecond: required(decimalNumber('0.05', '3'), '1', {
    group: GROUP,
    env: 'FICHIER_CALLS_PER_SECOND',
    description: 'API calls per second in the long run. 1fichier documents 3 and locks out at less.',
  }),
  callBurst: required(wholeNumber(1, 10), '3', {
    group: GROUP,
    env: 'FICHIER_CALL_BURST',
    description: 'API calls that may go out at once after a quiet time.',
  }),
  cdnCredits: required(boolean, 'false', {
    group: GROUP,
    env: 'FICHIER_CDN_CREDITS',
    description: 'Let links spend CDN credits, which 1fichier asks for in networks of data centres.',
  }),
} as const;
