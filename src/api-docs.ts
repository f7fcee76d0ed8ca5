import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { RouteOptions } from 'fastify';
import { createRequire } from 'node:module';
import { docsPolicy } from './common/http/security-headers.js';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

const DESCRIPTION = `
Sells limited stock: an order takes all of its lines or none, no unit is sold twice, and a retry with
the same \`Idempotency-Key\` never orders twice.

**Authorize**: sign in with name and password, or paste a token (with or without the word Bearer).
Every error is \`application/problem+json\`; its \`type\` leads to a page that explains it.`;

const DOCS_PAGES = new Set(['/docs', '/docs/', '/docs/index.html']);

/** The description of the API that is served, from the decorators of its controllers. */
export function describeApi(app: NestFastifyApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Mini Order System')
    .setDescription(DESCRIPTION.trim())
    .setVersion(version)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .addTag('Auth', 'Register and sign in')
    .addTag('Users', 'Who may do what')
    .addTag('Products', 'The catalogue and its stock')
    .addTag('Orders', 'Place, read, confirm and cancel orders')
    .addTag('Audit', 'Proof that the stock adds up')
    .addTag('Operations', 'For load balancers and monitors')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A token from POST /login.' },
      'bearer',
    )
    .addOAuth2(
      {
        type: 'oauth2',
        flows: { password: { tokenUrl: '/login', scopes: {} } },
        description: 'Name and password.',
      },
      'password',
    )
    .build();
  return SwaggerModule.createDocument(app, config, { autoTagControllers: false });
}

/** Serves Swagger UI at `/docs` and the document at `/openapi.json` and `/openapi.yaml`. */
export function serveApiDocs(app: NestFastifyApplication): void {
  app.getHttpAdapter().getInstance().addHook('onRoute', allowDocsPage);
  SwaggerModule.setup('docs', app, () => describeApi(app), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'Mini Order System',
    swaggerOptions: { persistAuthorization: true, displayRequestDuration: true, tryItOutEnabled: true },
  });
}

/** Swagger UI's page, unlike everything else here, loads and runs something. */
function allowDocsPage(route: RouteOptions): void {
  if (!DOCS_PAGES.has(route.url)) return;
  route.onSend = (_request, reply, page, done) => {
    if (typeof page === 'string') void reply.header('content-security-policy', docsPolicy(page));
    done();
  };
}
