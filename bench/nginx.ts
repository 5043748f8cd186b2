import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Program } from './program.ts';

/** A storage host as plain as can be: serves one file under every direct link, and its folder as a list. */
export function startStorage(folder: string, fileName: string, port: number): Promise<Program> {
  return startNginx('storage', folder, port, [
    `root ${folder};`,
    'autoindex on;',
    `rewrite ^/p[0-9]+$ /${fileName} last;`,
  ]);
}

/** The same, but that it refuses a link now and then, and answers 503 more often. */
export function startFailingStorage(folder: string, fileName: string, port: number): Promise<Program> {
  const chance = 'split_clients "$request_id" $fault { 1% 403; 3% 503; * ""; }';
  return startNginx(
    'storage',
    folder,
    port,
    [
      `root ${folder};`,
      'if ($fault = 403) { return 403; }',
      'if ($fault = 503) { return 503; }',
      `rewrite ^/p[0-9]+$ /${fileName} last;`,
    ],
    [chance],
  );
}

export function startProxy(folder: string, port: number, storagePort: number): Promise<Program> {
  return startNginx('nginx proxy_pass', folder, port, [
    `location / { proxy_pass http://127.0.0.1:${storagePort}; proxy_http_version 1.1; proxy_set_header Connection ""; }`,
  ]);
}

function startNginx(
  name: string,
  folder: string,
  port: number,
  server: readonly string[],
  http: readonly string[] = [],
): Promise<Program> {
  const place = join(folder, `.nginx-${port}`);
  mkdirSync(place, { recursive: true });
  const config = join(place, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  writeFileSync(
    config,
    [
      'daemon off; worker_processes 1; user root;',
      `pid ${place}/pid; error_log ${place}/error.log;`,
      'events { worker_connections 1024; }',
      'http {',
      '  access_log off; sendfile on; keepalive_requests 1000000;',
      ...temporary.map((kind) => `  ${kind}_temp_path ${place}/${kind};`),
      ...http,
      `  server { listen 127.0.0.1:${port}; ${server.join(' ')} }`,
      '}',
    ].join('\n'),
  );
  return Program.start(name, port, ['nginx', '-c', config, '-e', `${place}/error.log`]);
}
