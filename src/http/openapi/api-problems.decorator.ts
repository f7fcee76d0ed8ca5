import { applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { ProblemCode } from '../../common/problem-catalogue.js';

/** An extension with this prefix and a problem's code says that an operation may answer with the problem. */
export const X_PROBLEM = 'x-problem-';

/** The operation's own problems; `problems-of-operation.ts` adds those that follow from access and input. */
export const ApiProblems = (...codes: ProblemCode[]): MethodDecorator =>
  applyDecorators(...codes.map((code) => ApiExtension(`${X_PROBLEM}${code}`, true)));
