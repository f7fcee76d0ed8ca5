import type { Worker } from 'node:cluster';
import type { Metric } from '../../telemetry/metrics/worker-page.js';

/** Longer than the readiness check of a worker takes. */
const ANSWER_MS_MAX = 2_500;

export interface Answers {
  readonly 'is-ready': boolean;
  readonly metrics: readonly Metric[];
}

interface Question {
  readonly question: keyof Answers;
  readonly id: number;
}

interface Answer {
  readonly answerTo: number;
  readonly answer: unknown;
}

let lastId = 0;

/** For messages to a process that has ended. */
const ignore = () => undefined;

/** For a worker: answers the questions of the primary. */
export function answerPrimary(answers: { [Q in keyof Answers]: () => Promise<Answers[Q]> }): void {
  process.on('message', (message: Partial<Question> | null) => {
    const { question, id } = message ?? {};
    if (question === undefined || id === undefined) return;
    // After a failure, the primary uses its default answer.
    void answers[question]().then((answer) => {
      process.send?.({ answerTo: id, answer } satisfies Answer, undefined, undefined, ignore);
    }, ignore);
  });
}

/** For the primary. @param otherwise the answer if the worker gives none in time. */
export function askWorker<Q extends keyof Answers>(
  worker: Worker,
  question: Q,
  otherwise: Answers[Q],
): Promise<Answers[Q]> {
  lastId += 1;
  const id = lastId;
  return new Promise((resolve) => {
    const end = (answer: Answers[Q]) => {
      clearTimeout(timer);
      worker.off('message', onMessage);
      resolve(answer);
    };
    const onMessage = (message: Partial<Answer> | null) => {
      if (message?.answerTo === id) end(message.answer as Answers[Q]);
    };
    const timer = setTimeout(() => end(otherwise), ANSWER_MS_MAX);
    worker.on('message', onMessage);
    if (worker.isConnected()) worker.send({ question, id } satisfies Question, ignore);
    else end(otherwise);
  });
}
