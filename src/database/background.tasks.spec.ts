import { EventEmitter, once } from 'node:events';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { ServiceBusyError } from '../common/domain-error.js';
import { BackgroundTasks } from './background.tasks.js';

const logged: unknown[] = [];
const ignore = () => undefined;
let runs: EventEmitter;
let tasks: BackgroundTasks;

beforeEach(() => {
  logged.length = 0;
  Logger.overrideLogger({ log: ignore, warn: ignore, error: (error: Error) => logged.push(error.message) });
  runs = new EventEmitter();
  tasks = new BackgroundTasks();
});
afterEach(() => tasks.onModuleDestroy());

/** Runs a task that has each of these outcomes, and then succeeds. */
async function runThrough(outcomes: readonly (Error | undefined)[]): Promise<void> {
  const left = [...outcomes];
  const run = async () => {
    const outcome = left.shift();
    if (left.length === 0) runs.emit('last');
    await Promise.resolve();
    if (outcome) throw outcome;
  };
  tasks.repeat({ name: 'Task', everyMs: 1, run });
  tasks.onApplicationBootstrap();
  await once(runs, 'last');
  await tasks.onModuleDestroy();
}

describe('a background task', () => {
  it('goes on after a fault, and logs a persistent fault once', async () => {
    const [fault, other] = [new Error('a fault'), new Error('another')];

    await runThrough([fault, fault, other, undefined, other]);

    expect(logged).toEqual(['a fault', 'another', 'another']);
  });

  it('logs nothing about an unavailable database', async () => {
    await runThrough([new ServiceBusyError(), Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })]);

    expect(logged).toEqual([]);
  });

  it('ends when the process stops, after the current run', async () => {
    let hasEnded = false;
    const run = async () => {
      runs.emit('begun');
      await once(runs, 'go');
      hasEnded = true;
    };
    tasks.repeat({ name: 'Task', everyMs: 1, run });
    tasks.onApplicationBootstrap();
    await once(runs, 'begun');

    const stopped = tasks.onModuleDestroy().then(() => hasEnded);
    runs.emit('go');

    expect(await stopped).toBe(true);
    expect(tasks.stopping.aborted).toBe(true);
  });
});
