/** What each part of src/ may import from the others; docs/architecture.md says why. */
const GROUND = ['clock', 'debounce', 'errors', 'logging', 'xml'];
const KNOWS = {
  store: [],
  config: [],
  emulator: [],
  mount: [],
  notify: [],
  fichier: ['store'],
  links: ['fichier', 'store'],
  library: ['fichier', 'store'],
  streaming: ['fichier', 'links'],
  media: ['fichier', 'library', 'store', 'streaming'],
  strm: ['config', 'library', 'media', 'store'],
  http: ['config', 'fichier', 'library', 'links', 'media', 'notify', 'streaming', 'strm'],
  webdav: ['http', 'library', 'store'],
  web: ['media'],
};

export default {
  forbidden: [
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'emulator-only-for-the-demo',
      severity: 'error',
      from: { path: '^src/(?!emulator/|cli/demo)' },
      to: { path: '^src/emulator/' },
    },
    ...Object.entries(KNOWS).map(([part, known]) => ({
      name: `what-${part}-knows`,
      severity: 'error',
      from: { path: `^src/${part}/` },
      to: { path: '^src/', pathNot: `^src/(${[part, ...known, ...GROUND].join('|')})[./]` },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
