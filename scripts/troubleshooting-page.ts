import { FAILURE_TRAITS } from '../src/errors.ts';

/** docs/troubleshooting.md: what happens to people, then every error kind with what to do. */
export function troubleshootingPage(): string {
  const rows = Object.entries(FAILURE_TRAITS).map(
    ([kind, { httpStatus, retryable, hint }]) =>
      `### \`${kind}\`\n\n${hint}\n\nHTTP status ${httpStatus}; ${retryable ? 'the same request may succeed later' : 'trying again does not help'}.`,
  );
  return `${INTRODUCTION}\n\n${rows.join('\n\n')}\n`;
}

const INTRODUCTION = `# Troubleshooting

<!-- Written by \`npm run docs\`; edit scripts/troubleshooting-page.ts or src/errors.ts. -->

Start with \`fichier-bridge doctor\`: it checks everything that can be checked and says what to do.

- **the demo library instead of mine**: \`FICHIER_API_KEY\` is not set in the environment of the bridge
- **the library is empty or incomplete at first**: the first crawl is under way, one folder a second; \`/api/v1/crawl\` shows how far it is
- **a new file does not show**: open its folder: it is read again in the background; or \`fichier-bridge refresh /its/folder\`
- **a deleted file still shows**: one look never deletes; a second one some minutes later does
- **playback starts slowly**: a direct link is being asked for; see \`api_queue\` and \`api_lock_seconds\` in \`/metrics\`
- **playback stops**: \`/api/v1/streams\` says why, under \`failed\`
- **\`401\` everywhere**: a token is set: give it as the password, with any user name
- **\`403 forbidden-origin\`**: the bridge was addressed by a name it does not know: add it to \`BRIDGE_ALLOWED_HOSTS\`
- **it does not start: the data directory is in use**: another bridge runs there; its process is named in the message
- **it does not start: the port is in use**: set \`BRIDGE_PORT\`

## Errors by kind

The kind is in the \`error\` field of JSON answers and in the log.`;
