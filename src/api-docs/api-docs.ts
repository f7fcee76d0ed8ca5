import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createRequire } from 'node:module';
import { describeWebhooks } from '../webhooks/describe-webhooks.js';
import { completeDocument } from './complete-document.js';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

const DESCRIPTION = `
Sells limited stock: an order takes all of its lines or none, no unit is sold twice, and a retry with
the same \`Idempotency-Key\` never orders twice.

1. **Register** an admin and a customer with \`POST /register\`; the first admin needs no token.
2. **Authorize** as the admin, with the button below: name and password, or a token from \`POST /login\`.
3. **Create** a product with \`POST /products\`.
4. **Order** it with \`POST /orders\`, as the admin or as the customer, and look at its stock with
   \`GET /products\`.

Every error is a problem (RFC 9457). Its \`type\` leads to a page that says what to do; there is also a
[list of all problems](/problems). Unknown fields of a body and unknown parameters of a list are refused
with 422, unknown paths with 404, and other methods with 405. HEAD works wherever GET does. Responses may
gain fields later.

Every answer has an \`X-Request-Id\` to find it in the log. It also has \`RateLimit-Limit\`,
\`RateLimit-Remaining\` and \`RateLimit-Reset\` (seconds) if requests are limited, \`traceresponse\` if traces
are recorded, and \`Access-Control-Allow-Origin\` for pages of other origins that may read it.`;

const TOKENS = 'Tokens are JWTs, issued and verified as RFC8725 recommends.';
const BEARER = `The access_token of POST /login. ${TOKENS}`;

/** Relative, so that the description is the same wherever it is served. */
const SERVER = {
  url: '/',
  description: 'The service that serves this document, in production or tests.',
  'x-internal': false,
};

export function describeApi(app: NestFastifyApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Mini Order System')
    .setDescription(DESCRIPTION.trim())
    .setVersion(version)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addTag('Auth', 'Register and sign in')
    .addTag('Products', 'The catalogue and its stock')
    .addTag('Orders', 'Place, read, confirm and cancel orders')
    .addTag('Events', 'The event log')
    .addTag('Webhooks', 'Endpoints that receive events')
    .addTag('Users', 'Manage users, for admins')
    .addTag('Audit', 'Check that the stock adds up')
    .addTag('Operations', 'For load balancers and monitors')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: BEARER }, 'bearer')
    .addOAuth2(
      {
        type: 'oauth2',
        flows: { password: { tokenUrl: '/login', refreshUrl: '/refresh', scopes: {} } },
        description: `Name and password. ${TOKENS}`,
      },
      'password',
    )
    .build();
  const gathered = SwaggerModule.createDocument(app, config, { autoTagControllers: false });
  return completeDocument({
    ...gathered,
    info: { ...gathered.info, contact: { name: 'The operator of this service' } },
    servers: [SERVER],
    webhooks: describeWebhooks(),
  });
}
