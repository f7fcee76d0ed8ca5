import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const WORKER = `
  const { answerPrimary } = await import('${pathToFileURL('dist/runtime/workers/questions.js').href}');
  answerPrimary({ metrics: () => Promise.reject(new Error('not to be had')), 'is-ready': () => Promise.resolve(true) });
  process.send('asks welcome');`;

// Guarantees that a question to a worker never breaks the worker.
describe('a worker that gets an unknown question', () => {
  it('gives no answer, keeps running, and answers the next question', async () => {
    const worker = spawn(process.execPath, ['--input-type=module', '--eval', WORKER], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    try {
      await once(worker, 'message');

      worker.send({ question: 'metrics', id: 1 });
      worker.send({ question: 'is-ready', id: 2 });
      const [first] = (await Promise.race([once(worker, 'message'), once(worker, 'exit')])) as unknown[];
      worker.send({ question: 'is-ready', id: 3 });
      const [second] = (await Promise.race([once(worker, 'message'), once(worker, 'exit')])) as unknown[];

      expect([first, second]).toEqual([2, 3].map((id) => ({ answerTo: id, answer: true })));
    } finally {
      worker.kill('SIGKILL');
    }
  });
});
