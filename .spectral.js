// Spectral's rules for openapi.json. `npm run lint:api` runs
// them, and so can every editor with Spectral support.
import { oas } from '@stoplight/spectral-rulesets';
import owasp from '@stoplight/spectral-owasp-ruleset';

/** @param {string} path */
const operationsOf = (path) => `openapi.json#/paths/${path.replaceAll('/', '~1')}`;

export default {
  extends: [
    [oas, 'all'],
    [owasp, 'all'],
  ],
  rules: {
    // Ids are integers by contract. Guessing one is harmless:
    // another customer's order is the same 404 as a missing one.
    'owasp:api1:2023-no-numeric-ids': 'off',
    // The source does not know who runs the service.
    'contact-properties': 'off',
    // The tags are in the order in which a reader learns about the service.
    'openapi-tags-alphabetical': 'off',
    // Problems of every operation are in its default response (redocly.yaml), and
    // headers of every response are described once, in `x-headers-of-every-answer`.
    // Repeated in each operation, they would hide its own problems and headers.
    'owasp:api4:2023-rate-limit': 'off',
    'owasp:api4:2023-rate-limit-responses-429': 'off',
    'owasp:api8:2023-define-cors-origin': 'off',
    'owasp:api8:2023-define-error-validation': 'off',
    'owasp:api8:2023-define-error-responses-401': 'off',
    'owasp:api8:2023-define-error-responses-500': 'off',
  },
  overrides: [
    {
      // These issue and revoke tokens; the credentials are in the body.
      files: ['/login', '/refresh', '/logout'].map(operationsOf),
      rules: { 'owasp:api2:2023-write-restricted': 'off' },
    },
    {
      // For load balancers and monitors; it checks no credentials.
      files: ['/health/live', '/health/ready'].map(operationsOf),
      rules: { 'owasp:api2:2023-read-restricted': 'off' },
    },
    {
      // The responses for unknown paths and methods. No
      // operation of OpenAPI can refer to them.
      files: [
        'openapi.json#/components/responses/NotFound',
        'openapi.json#/components/responses/MethodNotAllowed',
      ],
      rules: { 'oas3-unused-component': 'off' },
    },
  ],
};
