import type { OpenAPIObject, SchemaObject } from '@nestjs/swagger';
import type { Schemas } from './document.js';

const INT32_MAX = 2_147_483_647;
const REFERENCES = /"\$ref":"#\/components\/schemas\/(\w+)"/g;

/** A deep copy with public names for schemas: `OrderResponseDto` becomes `Order`. */
export function withPublicNames(document: OpenAPIObject): OpenAPIObject {
  const copy = copyOf(document, (name, member) => (name === '$ref' ? publicName(member as string) : member));
  const schemas = Object.entries(copy.components?.schemas ?? {});
  const renamed = Object.fromEntries(schemas.map(([name, schema]) => [publicName(name), schema]));
  if (Object.keys(renamed).length < schemas.length)
    throw new Error('Two classes of the API have the same public name.');
  return { ...copy, components: { ...copy.components, schemas: renamed } };
}

function publicName(className: string): string {
  return className.replace(/(Response)?Dto$/, '');
}

/** The format of an integer follows from its limits. */
export function withIntegerFormats<T>(document: T): T {
  return copyOf(document, (_name, member) => {
    const { type, format, maximum } = (member ?? {}) as SchemaObject;
    // A member that may be null has two types.
    const isInteger = [type ?? []].flat().includes('integer');
    if (!isInteger || format !== undefined || maximum === undefined) return member;
    return { ...(member as SchemaObject), format: maximum > INT32_MAX ? 'int64' : 'int32' };
  });
}

/** @param replace is called for every member of every object and list, inner ones first. */
function copyOf<T>(document: T, replace: (name: string, member: unknown) => unknown): T {
  return JSON.parse(JSON.stringify(document), replace) as T;
}

/**
 * Closes the schemas that request bodies use, except those of OAuth 2: unknown fields are refused with 422.
 * Answers stay open, because later versions may add fields; tests compare today's answers strictly.
 */
export function closeRequests(schemas: Schemas, bodies: unknown, seen = new Set<string>()): void {
  for (const [, name = ''] of JSON.stringify(bodies).matchAll(REFERENCES)) {
    const schema = schemas[name];
    if (schema === undefined || seen.has(name)) continue;
    closeRequests(schemas, schema, seen.add(name));
    if ('properties' in schema) schema.additionalProperties ??= false;
  }
}
