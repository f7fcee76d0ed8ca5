import { afterEach, expect } from '@jest/globals';
import { AnswerCheck, type Received } from './answer-check.js';

/** Validators are compiled on demand, once per test file. */
let check: AnswerCheck | undefined;
const faults: string[] = [];

/**
 * Compares a response with `openapi.json`. If it does not match, the running test fails at its end.
 */
export function mustKeepContract(method: string, url: string, received: Received): void {
  check ??= new AnswerCheck();
  faults.push(...check.faults(method, url, received));
}

/** The same for an answer to arbitrary bytes: if it is a refusal, it must be a problem. */
export function mustBeProblem(received: Received): void {
  check ??= new AnswerCheck();
  if (received.status >= 400) faults.push(...check.faultsOfProblem(received));
}

// Every test file that talks to the service imports this file, so the check applies to all of its tests.
afterEach(() => {
  expect({ outsideOfTheContract: faults.splice(0) }).toEqual({ outsideOfTheContract: [] });
});
