import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { dump } from 'js-yaml';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { CachedContent } from './cached-content.js';

const HTML = 'text/html; charset=utf-8';
const CSS = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';
/** Swagger UI loads its own files, and icons from data: URLs. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const PAGES = ['/docs', '/docs/', '/docs/index.html'];

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Mini Order System</title>
    <link rel="icon" href="/docs/favicon-32x32.png">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="stylesheet" href="/docs/page.css">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/page.js"></script>
  </body>
</html>
`;

const START = `SwaggerUIBundle({
  dom_id: '#swagger-ui',
  url: '/openapi.json',
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
`;

/** Keeps operations short: no selectors with a single option, no tall boxes. */
const STYLE = `body { margin: 0; background: #fafafa; }
.swagger-ui .servers-title, .swagger-ui .servers, .swagger-ui .response-col_links { display: none; }
.swagger-ui .response-controls:not(:has(option + option)),
.swagger-ui .response-controls > div:not(:has(option + option)) { display: none; }
.swagger-ui .responses-inner .tab { margin: 8px 0 0; }
.swagger-ui .opblock textarea { min-height: 150px; }
.swagger-ui .responses-inner .microlight { max-height: 150px; }
.swagger-ui .responses-inner h5 { margin: 8px 0 0; }
.swagger-ui .responses-inner table.headers td { padding: 2px 0; }
.swagger-ui .responses-inner table.headers .header-example { display: none; }
`;

/** Serves Swagger UI at `/docs`, and the description at `/openapi.json` and `/openapi.yaml`. */
export function serveDocs(fastify: FastifyInstance, describe: () => OpenAPIObject): void {
  const serve = (path: string, mediaType: string, make: ConstructorParameters<typeof CachedContent>[1]) => {
    const content = new CachedContent(mediaType, make);
    fastify.get(path, (request, reply) => {
      if (mediaType === HTML) void reply.header('content-security-policy', POLICY);
      return content.send({ request, reply });
    });
  };
  for (const path of PAGES) serve(path, HTML, () => PAGE);
  serve('/docs/page.js', SCRIPT, () => START);
  serve('/docs/page.css', CSS, () => STYLE);
  serve('/docs/swagger-ui-bundle.js', SCRIPT, () => fileOfSwaggerUi('swagger-ui-bundle.js'));
  serve('/docs/swagger-ui.css', CSS, () => fileOfSwaggerUi('swagger-ui.css'));
  serve('/docs/favicon-32x32.png', 'image/png', () => fileOfSwaggerUi('favicon-32x32.png'));
  serve('/openapi.json', 'application/json; charset=utf-8', () => JSON.stringify(describe()));
  serve('/openapi.yaml', 'text/yaml; charset=utf-8', () => dump(describe(), { noRefs: true }));
}

function fileOfSwaggerUi(name: string): Promise<Buffer> {
  return readFile(createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`));
}
