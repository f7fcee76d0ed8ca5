import type {
  ContentObject,
  ParameterObject,
  ReferenceObject,
  RequestBodyObject,
  ResponseObject,
} from '@nestjs/swagger';
import type { Operation, Schemas } from './document.js';
import { exampleOf } from './examples.js';
import type { ProblemResponses } from './problem-components.js';
import { problemsOf } from './problems-of-operation.js';

const TOKEN_SCHEMES = [{ bearer: [] }, { password: [] }];

/** An operation with everything that follows from what its decorators say, and without their notes. */
export function completeOperation(
  method: string,
  operation: Operation,
  schemas: Schemas,
  problems: ProblemResponses,
): Operation {
  const { description, parameters = [], requestBody, responses, ...rest } = withoutNotes(operation);
  const successes = Object.entries(responses).map(([status, response]) => [
    status,
    withExamples(response as ResponseObject, schemas),
  ]);
  return {
    ...rest,
    description: [description, who(operation)].filter(Boolean).join(' '),
    security: securityOf(operation),
    parameters: parameters.map(withoutPrefill),
    ...(requestBody === undefined
      ? {}
      : { requestBody: withExample(requestBody as RequestBodyObject, schemas) }),
    responses: {
      ...(Object.fromEntries(successes) as Operation['responses']),
      ...problems.of(problemsOf(method, operation)),
    },
  };
}

function withoutNotes(operation: Operation): Operation {
  return Object.fromEntries(
    Object.entries(operation).filter(([name]) => !name.startsWith('x-')),
  ) as unknown as Operation;
}

/**
 * Swagger UI fills in the example of a parameter and sends it. That suits the id of a path; a filter would
 * hide rows, an ETag fit one version only, and a key show the first order again.
 */
function withoutPrefill(parameter: ParameterObject | ReferenceObject): ParameterObject | ReferenceObject {
  if ('$ref' in parameter || parameter.in === 'path') return parameter;
  const members = Object.entries(parameter.schema ?? {}).filter(([name]) => name !== 'example');
  return { ...parameter, schema: Object.fromEntries(members) };
}

/** Who may call, for a reader. */
function who({ 'x-access': access = { kind: 'signed-in' } }: Operation): string {
  if (access.kind === 'public') return 'Open to anyone.';
  if (access.kind === 'optional') return 'Open to anyone; a token, if sent, must be valid.';
  return access.kind === 'signed-in' ? 'For signed-in users.' : `For ${access.roles.join('s and ')}s.`;
}

function securityOf({ 'x-access': access }: Operation) {
  if (access?.kind === 'public') return [];
  return access?.kind === 'optional' ? [{}, ...TOKEN_SCHEMES] : TOKEN_SCHEMES;
}

function withExamples(response: ResponseObject, schemas: Schemas): ResponseObject {
  const { content } = response;
  return content === undefined ? response : { ...response, content: contentWithExamples(content, schemas) };
}

export function withExample(body: RequestBodyObject, schemas: Schemas): RequestBodyObject {
  return { ...body, content: contentWithExamples(body.content, schemas) };
}

function contentWithExamples(content: ContentObject, schemas: Schemas): ContentObject {
  return Object.fromEntries(
    Object.entries(content).map(([mediaType, { schema, ...rest }]) => [
      mediaType,
      schema === undefined || 'examples' in rest || 'example' in rest
        ? { schema, ...rest }
        : { schema, example: exampleOf(schema, schemas), ...rest },
    ]),
  ) as ContentObject;
}
