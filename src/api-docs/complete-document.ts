import type { OpenAPIObject, PathItemObject, RequestBodyObject } from '@nestjs/swagger';
import { API_HEADERS, apiHeaders, HEADERS_OF_EVERY_ANSWER } from '../http/openapi/api-headers.js';
import { completeOperation, withExample } from './complete-operation.js';
import type { Operation, Schemas } from './document.js';
import { problemExamples, ProblemResponses, problemSchemas } from './problem-components.js';
import { withClosedRequests, withIntegerFormats, withPublicNames } from './schemas.js';

/**
 * Completes what Nest gathers from the decorators with all that follows from it: problems from the
 * catalogue, rights from the guards' notes, the headers of every answer, examples. So a controller says
 * only what is particular to its operations.
 */
export function completeDocument(gathered: OpenAPIObject): OpenAPIObject {
  const document = withPublicNames(gathered);
  const problems = new ProblemResponses();
  // Of paths and methods that there are not: OpenAPI has no place that refers to these.
  problems.byStatus(['not-found', 'method-not-allowed']);
  const schemas: Schemas = { ...document.components?.schemas, ...problemSchemas() };
  const bodies = operationsOf(document).map(([, operation]) => operation.requestBody);
  const paths = inOrderOfWalkthrough(Object.entries(document.paths)).map(([path, item]) => [
    path,
    completePath(item, (method, operation) => completeOperation(method, operation, schemas, problems)),
  ]);
  return withIntegerFormats({
    ...document,
    paths: Object.fromEntries(paths) as OpenAPIObject['paths'],
    webhooks: withMessageExamples(document.webhooks, schemas),
    // Said once, instead of with each of some hundred answers.
    'x-headers-of-every-answer': apiHeaders(...HEADERS_OF_EVERY_ANSWER),
    components: {
      securitySchemes: document.components?.securitySchemes ?? {},
      schemas: withClosedRequests(schemas, bodies),
      responses: problems.components,
      headers: { ...API_HEADERS },
      examples: problemExamples(problems.shown, schemas),
    },
  });
}

/** How a newcomer meets them; what is not listed follows as the controllers have it. */
const WALKTHROUGH = [
  '/register',
  '/login',
  '/products',
  '/orders',
  '/orders/{id}/confirm',
  '/orders/{id}/cancel',
];

function inOrderOfWalkthrough<Item>(paths: [string, Item][]): [string, Item][] {
  const others = paths.filter(([path]) => !WALKTHROUGH.includes(path));
  const first = WALKTHROUGH.flatMap((path) => paths.filter(([other]) => other === path));
  return [...first, ...others];
}

function operationsOf({ paths }: OpenAPIObject): [string, Operation][] {
  return Object.values(paths).flatMap((item) => Object.entries(item) as [string, Operation][]);
}

function withMessageExamples(webhooks: OpenAPIObject['webhooks'] = {}, schemas: Schemas) {
  const complete = (_method: string, operation: Operation) => ({
    ...operation,
    requestBody: withExample(operation.requestBody as RequestBodyObject, schemas),
  });
  return Object.fromEntries(
    Object.entries(webhooks).map(([type, item]) => [type, completePath(item, complete)]),
  );
}

function completePath(
  item: PathItemObject,
  complete: (method: string, operation: Operation) => Operation,
): PathItemObject {
  return Object.fromEntries(
    Object.entries(item).map(([method, operation]) => [method, complete(method, operation as Operation)]),
  );
}
