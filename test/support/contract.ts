import { afterEach, expect } from '@jest/globals';
import { AnswerCheck, type Received } from './answer-check.js';

/** Validators are compiled as answers need them, and once in a file. */
let check: AnswerCheck | undefined;
const faults: string[] = [];

/**
 * Holds an answer to `openapi.json`; the test that is running fails at its end when it does not keep to it.
 */
export function mustKeepContract(method: string, url: string, received: Received): void {
  check ??= new AnswerCheck();
  faults.push(...check.faults(method, url, received));
}

/** The same for an answer to bytes that may not even be a request: if it is a refusal, it is a problem. */
export function mustBeProblem(received: Received): void {
  check ??= new AnswerCheck();
  if (received.status >= 400) faults.push(...check.faultsOfProblem(received));
}

// Every file that talks to the service loads this one, and with it the check of each of its tests.
afterEach(() => {
  expect({ outsideOfTheContract: faults.splice(0) }).toEqual({ outsideOfTheContract: [] });
});
