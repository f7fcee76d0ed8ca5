import type { OpenAPIObject, SchemaObject } from '@nestjs/swagger';
import { mapObjects, type Schemas } from './document.js';

const INT32_MAX = 2_147_483_647;
const REFERENCE = '#/components/schemas/';

/** Names schemas by the trade's words: `OrderResponseDto` is `Order` to clients. */
export function withPublicNames(document: OpenAPIObject): OpenAPIObject {
  const renamed = mapObjects(document, (object) =>
    typeof object.$ref === 'string' && object.$ref.startsWith(REFERENCE)
      ? { ...object, $ref: REFERENCE + publicName(object.$ref.slice(REFERENCE.length)) }
      : object,
  ) as OpenAPIObject;
  const schemas = Object.entries(renamed.components?.schemas ?? {});
  const names = new Set(schemas.map(([name]) => publicName(name)));
  if (names.size < schemas.length) throw new Error('Two classes of the API have the same public name.');
  return {
    ...renamed,
    components: {
      ...renamed.components,
      schemas: Object.fromEntries(schemas.map(([name, schema]) => [publicName(name), schema])),
    },
  };
}

function publicName(className: string): string {
  return className.replace(/(Response)?Dto$/, '');
}

/** The format of an integer follows from its limits. */
export function withIntegerFormats<T>(document: T): T {
  return mapObjects(document, (object) => {
    const { type, format, maximum } = object as SchemaObject;
    // A member that may be null has two types.
    const isInteger = [type ?? []].flat().includes('integer');
    if (!isInteger || format !== undefined || maximum === undefined) return object;
    return { ...object, format: maximum > INT32_MAX ? 'int64' : 'int32' };
  }) as T;
}

/**
 * Closes the schemas that request bodies use, but for those of OAuth 2: an
 * unknown field is 422. Those of answers stay open, since a later version may
 * add to them; the tests hold today's answers to what is described today.
 */
export function withClosedRequests(schemas: Schemas, bodies: unknown): Schemas {
  const used = new Set<string>();
  const follow = (part: unknown): void => {
    mapObjects(part, (object) => {
      const name = typeof object.$ref === 'string' ? object.$ref.slice(REFERENCE.length) : undefined;
      if (name === undefined || used.has(name)) return object;
      used.add(name);
      follow(schemas[name]);
      return object;
    });
  };
  follow(bodies);
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      used.has(name) && 'properties' in schema
        ? { ...schema, additionalProperties: schema.additionalProperties ?? false }
        : schema,
    ]),
  );
}
