import { applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { ProblemCode } from '../../common/problem-catalogue.js';

/** An extension of an operation whose name is this and a code says that the operation may answer so. */
export const X_PROBLEM = 'x-problem-';

/**
 * Names the problems of the trade that a route may answer with. Those that follow from who may call, from
 * its parameters and body, and from what stands before every route come by themselves
 * (`src/api-docs/problems-of-operation.ts`).
 */
export const ApiProblems = (...codes: ProblemCode[]): MethodDecorator =>
  applyDecorators(...codes.map((code) => ApiExtension(`${X_PROBLEM}${code}`, true)));
