// The rules of Spectral for openapi.json; `npm run lint:api` runs them, and so can every editor that knows Spectral.
import { oas } from '@stoplight/spectral-rulesets';
import owasp from '@stoplight/spectral-owasp-ruleset';

export default {
  extends: [
    [oas, 'all'],
    [owasp, 'all'],
  ],
  rules: {
    // Ids are integers by contract. That somebody guesses one is harmless: another customer's order is the same 404 as none.
    'owasp:api1:2023-no-numeric-ids': 'off',
    // Operations that look at no credentials have no 401; test/api-docs.spec.ts asks for it of exactly the others.
    'owasp:api8:2023-define-error-responses-401': 'off',
    // Who runs the service is known to its users, not to its source.
    'contact-properties': 'off',
    // The tags come in the order in which one gets to know the service.
    'openapi-tags-alphabetical': 'off',
  },
  overrides: [
    {
      // What is answered to paths and methods that there are not. OpenAPI has no place that could refer to these.
      files: [
        'openapi.json#/components/responses/NotFound',
        'openapi.json#/components/responses/MethodNotAllowed',
      ],
      rules: { 'oas3-unused-component': 'off' },
    },
  ],
};
