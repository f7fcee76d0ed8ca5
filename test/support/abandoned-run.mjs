// A test run that starts a service with its own database and
// never stops it. It prints what is running.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import setUp from './global-setup.mjs';

delete process.env.TEST_DATABASE_URL;
await setUp();
const runFolder = tmpdir();
const cwd = mkdtempSync(join(runFolder, 'service-'));
const env = { PATH: process.env.PATH, PORT: '0', HOST: '127.0.0.1', LOG_FORMAT: 'json' };
const service = spawn(process.execPath, [resolve('dist/main.js')], { cwd, env });

/** @param {string} dataDir */
const postmaster = (dataDir) => parseInt(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8'));
let output = '';
service.stdout.on('data', (chunk) => {
  output += chunk;
  if (!output.includes('is ready at')) return;
  service.stdout.removeAllListeners('data').resume();
  const databases = [join(runFolder, 'postgresql'), join(cwd, 'data')].map(postmaster);
  console.log(JSON.stringify({ runFolder, pids: [service.pid, ...databases] }));
});
