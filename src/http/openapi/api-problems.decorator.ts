import { applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { ProblemCode } from '../../common/problem-catalogue.js';

/** An extension of an operation whose name is this and a code says that the operation may answer so. */
export const X_PROBLEM = 'x-problem-';

/**
 * The problems of the trade; `src/api-docs/problems-of-operation.ts` adds those that follow from the route.
 */
export const ApiProblems = (...codes: ProblemCode[]): MethodDecorator =>
  applyDecorators(...codes.map((code) => ApiExtension(`${X_PROBLEM}${code}`, true)));
