import type { OpenAPIObject } from '@nestjs/swagger';
import { API_HEADERS, apiHeaders, HEADERS_OF_EVERY_ANSWER } from '../http/openapi/api-headers.js';
import { addExamples, completeOperation } from './complete-operation.js';
import type { Operation, Schemas } from './document.js';
import { problemExamples, ProblemResponses, problemSchemas } from './problem-components.js';
import { closeRequests, withIntegerFormats, withPublicNames } from './schemas.js';

/** In the order in which a newcomer needs them; the others follow in the order of the controllers. */
const WALKTHROUGH = [
  '/register',
  '/login',
  '/products',
  '/orders',
  '/orders/{id}/confirm',
  '/orders/{id}/cancel',
];

/**
 * Completes what Nest gathers from the decorators with everything that follows from it: problems, rights, the
 * headers of every answer, examples. So a controller states only what is specific to its operations.
 */
export function completeDocument(gathered: OpenAPIObject): OpenAPIObject {
  const document = withPublicNames(gathered);
  const { webhooks = {}, components } = document;
  const first = WALKTHROUGH.map((path) => [path, document.paths[path]]);
  const paths = { ...(Object.fromEntries(first) as OpenAPIObject['paths']), ...document.paths };
  const schemas: Schemas = { ...components?.schemas, ...problemSchemas() };
  const problems = new ProblemResponses();
  // For unknown paths and methods: OpenAPI has no place that could refer to these answers.
  problems.byStatus(['not-found', 'method-not-allowed']);
  for (const operations of Object.values(paths) as Record<string, Operation>[]) {
    for (const [method, operation] of Object.entries(operations)) {
      closeRequests(schemas, operation.requestBody ?? {});
      operations[method] = completeOperation(method, operation, schemas, problems);
    }
  }
  for (const { post } of Object.values(webhooks)) addExamples(post?.requestBody, schemas);
  return withIntegerFormats({
    ...document,
    paths,
    // Listed once, instead of in each of some hundred answers.
    'x-headers-of-every-answer': apiHeaders(...HEADERS_OF_EVERY_ANSWER),
    components: {
      securitySchemes: components?.securitySchemes ?? {},
      schemas,
      responses: problems.components,
      headers: { ...API_HEADERS },
      examples: problemExamples(problems.shown, schemas),
    },
  });
}
