// Bundles the page into a directory (dist/web/page unless given): names with a hash of their content, and each file
// compressed once here rather than for every visitor.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const SOURCE = join(import.meta.dirname, '../src/web/client');
const target = process.argv[2] ?? join(import.meta.dirname, '../dist/web/page');

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });

const { metafile } = await build({
  entryPoints: [join(SOURCE, 'main.tsx'), join(SOURCE, 'styles/main.css'), join(SOURCE, 'icon.svg')],
  outdir: target,
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  target: ['chrome123', 'firefox120', 'safari17.5'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  loader: { '.svg': 'copy' },
  minify: true,
  metafile: true,
  logLevel: 'warning',
});

const entries = Object.entries(metafile.outputs).filter(([, { entryPoint }]) => entryPoint !== undefined);
const addresses = Object.fromEntries(
  entries.map(([output, { entryPoint }]) => [basename(entryPoint), `assets/${basename(output)}`]),
);
const copied = Object.keys(metafile.outputs).find((output) => output.endsWith('.svg'));
if (copied !== undefined) addresses['icon.svg'] = `assets/${basename(copied)}`;

const template = readFileSync(join(SOURCE, 'index.html'), 'utf8');
const index = template.replaceAll(/\{\{(.+?)\}\}/g, (_placeholder, name) => {
  const address = addresses[name];
  if (address === undefined) throw new Error(`index.html names ${name}, which the build did not make`);
  return address;
});
writeFileSync(join(target, 'index.html'), index);

for (const name of readdirSync(target)) {
  const file = join(target, name);
  const body = readFileSync(file);
  const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  writeFileSync(`${file}.br`, brotliCompressSync(body, { params: quality }));
  writeFileSync(`${file}.gz`, gzipSync(body, { level: 9 }));
}
