import { describe, expect, it } from '@jest/globals';
import { BoundedSemaphore } from './bounded-semaphore.js';
import { ServiceBusyError } from './domain-error.js';

/** A task that runs until it is told to end. */
function gate() {
  let open = () => undefined as void;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { open: () => open(), task: () => passed };
}

describe('BoundedSemaphore', () => {
  it('runs as many tasks at once as it has slots, in order of arrival', async () => {
    const semaphore = new BoundedSemaphore({ slots: 2, waitingMax: 10, waitMsMax: 60_000 });
    const started: number[] = [];
    const gates = [gate(), gate(), gate(), gate()];
    const runs = gates.map(({ task }, index) =>
      semaphore.run(() => {
        started.push(index);
        return task();
      }),
    );

    await Promise.resolve();
    expect(started).toEqual([0, 1]);
    gates[1]?.open();
    await runs[1];
    expect(started).toEqual([0, 1, 2]);
    gates.forEach(({ open }) => open());
    await Promise.all(runs);
    expect(started).toEqual([0, 1, 2, 3]);
  });

  it('refuses a task if the queue is full, and serves the queued ones', async () => {
    const semaphore = new BoundedSemaphore({ slots: 1, waitingMax: 1, waitMsMax: 60_000 });
    const first = gate();
    const running = semaphore.run(first.task);
    const waiting = semaphore.run(() => Promise.resolve('served'));

    await expect(semaphore.run(() => Promise.resolve())).rejects.toBeInstanceOf(ServiceBusyError);
    first.open();
    await running;
    expect(await waiting).toBe('served');
  });

  it('serves urgent tasks first, in order of arrival', async () => {
    const semaphore = new BoundedSemaphore({ slots: 1, waitingMax: 10, waitMsMax: 60_000 });
    const first = gate();
    const served: string[] = [];
    const serve = (name: string, isUrgent: boolean) =>
      semaphore.run(() => Promise.resolve(served.push(name)), isUrgent);
    const running = semaphore.run(first.task);
    const waiting = [serve('a', false), serve('B', true), serve('c', false), serve('D', true)];

    first.open();
    await Promise.all([running, ...waiting]);

    expect(served).toEqual(['B', 'D', 'a', 'c']);
  });

  it('lets an urgent task replace the last ordinary one in a full queue, but no urgent one', async () => {
    const semaphore = new BoundedSemaphore({ slots: 1, waitingMax: 2, waitMsMax: 60_000 });
    const first = gate();
    const serve = (name: string, isUrgent: boolean) => semaphore.run(() => Promise.resolve(name), isUrgent);
    const running = semaphore.run(first.task);
    const waiting = [
      serve('a', false),
      serve('b', false),
      serve('C', true),
      serve('D', true),
      serve('E', true),
    ];

    const settled = Promise.allSettled(waiting);
    first.open();
    await running;

    const names = (await settled).map((result) =>
      result.status === 'fulfilled' ? result.value : (result.reason as Error).constructor,
    );
    expect(names).toEqual([ServiceBusyError, ServiceBusyError, 'C', 'D', ServiceBusyError]);
    expect(await serve('f', false)).toBe('f');
  });

  it('refuses a task that has waited too long, without losing a slot', async () => {
    const semaphore = new BoundedSemaphore({ slots: 1, waitingMax: 5, waitMsMax: 1 });
    const first = gate();
    const running = semaphore.run(first.task);

    await expect(semaphore.run(() => Promise.resolve())).rejects.toBeInstanceOf(ServiceBusyError);
    first.open();
    await running;
    expect(await semaphore.run(() => Promise.resolve('free again'))).toBe('free again');
  });

  it('frees the slot when a task fails', async () => {
    const semaphore = new BoundedSemaphore({ slots: 1, waitingMax: 1, waitMsMax: 1 });
    await expect(semaphore.run(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await semaphore.run(() => Promise.resolve('free'))).toBe('free');
  });
});
