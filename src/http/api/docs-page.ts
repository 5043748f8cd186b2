import { escapeHtml } from '../escape-html.ts';

interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly object[];
  readonly requestBody?: object;
  readonly responses?: object;
}

/** The OpenAPI document as a page to read, without scripts and without any request elsewhere. */
export function docsPage(document: object): string {
  const paths = 'paths' in document ? (document.paths as Record<string, Record<string, Operation>>) : {};
  const sections = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => describeOperation(method, path, operation)),
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>fichier-bridge API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem}
pre{overflow:auto;padding:.75rem;border:1px solid #8886;border-radius:.4rem;font-size:.85rem}h2{font-size:1.1rem;margin-top:2rem}</style>
</head><body><h1>fichier-bridge API</h1>
<p>For programs: <a href="/api/v1/openapi.json">/api/v1/openapi.json</a></p>
${sections.join('\n')}
</body></html>
`;
}

function describeOperation(method: string, path: string, operation: Operation): string {
  const { summary = '', parameters, requestBody, responses } = operation;
  const title = `<h2><code>${escapeHtml(method.toUpperCase())} ${escapeHtml(path)}</code> ${escapeHtml(summary)}</h2>`;
  const details = Object.entries({ Parameters: parameters, Body: requestBody, Answers: responses })
    .filter(([, value]) => value !== undefined)
    .map(([label, value]) => {
      const text = escapeHtml(JSON.stringify(value, null, 2));
      return `<details><summary>${label}</summary><pre>${text}</pre></details>`;
    });
  return `<section>${title}${details.join('')}</section>`;
}
