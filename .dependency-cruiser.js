// Which folder may import which; `npm run lint` checks it. Type imports count, too.

/** From top to bottom: a folder imports only from folders below it. */
const SRC = [
  '(main[.]ts$|cli/)',
  'app[.](module|setup)[.]ts$',
  'runtime/',
  'api-docs/',
  'telemetry/',
  'webhooks/',
  'events/',
  'audit/',
  'orders/',
  'products/',
  'idempotency/',
  'auth/',
  'health/',
  'pagination/',
  'http/',
  'database/',
  'config/',
  'common/',
];
/** The same order within folders: a file imports only from entries below its own. */
const WITHIN = {
  auth: ['([^/]+$|dto/)', 'tokens/', 'sessions/', 'users/', 'access/'],
  common: ['group-queue/', '[^/]+$'],
  database: ['embedded/', '[^/]+$', 'migrations/'],
  http: ['(openapi|problems)/', '[^/]+$', 'validation/'],
  runtime: ['[^/]+$', 'workers/'],
  telemetry: ['[^/]+$', '(metrics|tracing)/'],
};

/** What the other programs of this repository may import besides their own files and packages. */
const BESIDE_SRC = {
  storm: 'src/(common|config|database)/',
  bench: '(src|dist)/',
  scripts: '(src|dist)/',
};

/** @param {string} parent @param {string[]} layers */
const downwardsOnly = (parent, layers) =>
  layers.slice(1).map((layer, index) => ({
    name: 'only-downwards',
    severity: 'error',
    comment: `${parent}${layer} stands below what it imports.`,
    from: { path: `^${parent}${layer}` },
    to: { path: `^${parent}(${layers.slice(0, index + 1).join('|')})` },
  }));

/** @param {[string, string]} rule */
const onlyBeside = ([folder, allowed]) => ({
  name: `only-allowed-to-${folder}`,
  severity: 'error',
  from: { path: `^${folder}/` },
  to: { path: '^(src|dist|storm|bench|scripts|test)/', pathNot: `^(${folder}/|${allowed})` },
});

export default {
  forbidden: [
    ...downwardsOnly('src/', SRC),
    ...Object.entries(WITHIN).flatMap(([folder, layers]) => downwardsOnly(`src/${folder}/`, layers)),
    ...Object.entries(BESIDE_SRC).map(onlyBeside),
    {
      name: 'src-stands-alone',
      severity: 'error',
      comment: 'The image holds nothing else.',
      from: { path: '^src/' },
      to: { path: '^(storm|bench|scripts|test|dist)/' },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules|^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
    },
  },
};
