// Checks openapi.json with Spectral (OpenAPI and OWASP rules), Redocly and the JSON Schema of OpenAPI.
// Exits with 1 on any finding, including warnings.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import core from '@stoplight/spectral-core';
import { Validator } from '@seriousme/openapi-schema-validator';
import parsers from '@stoplight/spectral-parsers';
import ruleset from '../.spectral.js';

const FILE = 'openapi.json';

const spectral = new core.Spectral();
spectral.setRuleset(new core.Ruleset(ruleset, { source: resolve('.spectral.js') }));
const document = new core.Document(readFileSync(FILE, 'utf8'), parsers.Json, resolve(FILE));
const findings = await spectral.run(document);
for (const { code, message, path, range } of findings) {
  console.log(`${FILE}:${range.start.line + 1} ${code} at ${path.join('.')}: ${message}`);
}

const { errors = [] } = await new Validator().validate(JSON.parse(readFileSync(FILE, 'utf8')));
if (errors.length > 0) console.log(`${FILE} is not OpenAPI: ${JSON.stringify(errors)}`);

const redocly = resolve('node_modules/@redocly/cli/bin/cli.js');
const { status } = spawnSync(process.execPath, [redocly, 'lint', FILE], {
  stdio: 'inherit',
  env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
});
process.exitCode = findings.length > 0 || errors.length > 0 || status !== 0 ? 1 : 0;
