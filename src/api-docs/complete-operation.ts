import type { ParameterObject, ReferenceObject, RequestBodyObject, ResponseObject } from '@nestjs/swagger';
import type { Operation, Schemas } from './document.js';
import { exampleOf } from './examples.js';
import type { ProblemResponses } from './problem-components.js';
import { problemsOf } from './problems-of-operation.js';

type Described = RequestBodyObject | ResponseObject | ReferenceObject | undefined;

const TOKEN_SCHEMES = [{ bearer: [] }, { password: [] }];

/** Replaces the notes of an operation's decorators by everything that follows from them. */
export function completeOperation(
  method: string,
  operation: Operation,
  schemas: Schemas,
  problems: ProblemResponses,
): Operation {
  const described = Object.entries(operation).filter(([name]) => !name.startsWith('x-'));
  const {
    description,
    parameters = [],
    requestBody,
    responses,
    ...rest
  } = Object.fromEntries(described) as Operation;
  for (const part of [requestBody, ...Object.values(responses)]) addExamples(part, schemas);
  return {
    ...rest,
    description: [description, who(operation)].filter(Boolean).join(' '),
    security: securityOf(operation),
    parameters: parameters.map(withoutPrefill),
    ...(requestBody && { requestBody }),
    responses: { ...responses, ...problems.of(problemsOf(method, operation)) },
  };
}

/**
 * Swagger UI fills in the example of a parameter and sends it. This suits the id in a path. But a filter
 * would hide rows, an ETag would match only one version, and a key would return the first order again.
 */
function withoutPrefill(parameter: ParameterObject | ReferenceObject): ParameterObject | ReferenceObject {
  if ('$ref' in parameter || parameter.in === 'path') return parameter;
  const members = Object.entries(parameter.schema ?? {}).filter(([name]) => name !== 'example');
  return { ...parameter, schema: Object.fromEntries(members) };
}

function who({ 'x-access': access }: Operation): string {
  if (access.kind === 'public') return 'Open to anyone.';
  if (access.kind === 'optional') return 'Open to anyone; a token, if sent, must be valid.';
  return access.kind === 'signed-in' ? 'For signed-in users.' : `For ${access.roles.join('s and ')}s.`;
}

function securityOf({ 'x-access': { kind } }: Operation) {
  if (kind === 'public') return [];
  return kind === 'optional' ? [{}, ...TOKEN_SCHEMES] : TOKEN_SCHEMES;
}

/** Adds an example to each kind of content that has none. */
export function addExamples(part: Described, schemas: Schemas): void {
  const content = part && 'content' in part ? part.content : undefined;
  for (const body of Object.values(content ?? {})) {
    if (body.schema && !body.examples && !('example' in body)) body.example = exampleOf(body.schema, schemas);
  }
}
