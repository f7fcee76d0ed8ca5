// The rules of Spectral for openapi.json; `npm run lint:api`
// runs them, and so can every editor that knows Spectral.
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
    // Ids are integers by contract. That somebody guesses one is
    // harmless: another customer's order is the same 404 as none.
    'owasp:api1:2023-no-numeric-ids': 'off',
    // Who runs the service is known to its users, not to its source.
    'contact-properties': 'off',
    // The tags come in the order in which one gets to know the service.
    'openapi-tags-alphabetical': 'off',
    // What every operation may answer is its default answer (redocly.yaml), and
    // the headers of every answer are said once, in `x-headers-of-every-answer`:
    // said with each of them, they hid what is particular to an operation.
    'owasp:api4:2023-rate-limit': 'off',
    'owasp:api4:2023-rate-limit-responses-429': 'off',
    'owasp:api8:2023-define-cors-origin': 'off',
    'owasp:api8:2023-define-error-validation': 'off',
    'owasp:api8:2023-define-error-responses-401': 'off',
    'owasp:api8:2023-define-error-responses-500': 'off',
  },
  overrides: [
    {
      // Where one gets tokens, and gives them back. The credentials are in the body.
      files: ['/login', '/refresh', '/logout'].map(operationsOf),
      rules: { 'owasp:api2:2023-write-restricted': 'off' },
    },
    {
      // What load balancers and monitors ask; it looks at no credentials.
      files: ['/health/live', '/health/ready'].map(operationsOf),
      rules: { 'owasp:api2:2023-read-restricted': 'off' },
    },
    {
      // What is answered to paths and methods that there are
      // not. OpenAPI has no place that could refer to these.
      files: [
        'openapi.json#/components/responses/NotFound',
        'openapi.json#/components/responses/MethodNotAllowed',
      ],
      rules: { 'oas3-unused-component': 'off' },
    },
  ],
};
