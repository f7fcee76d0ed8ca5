import type { SchemaObject } from '@nestjs/swagger';
import type { Schema, Schemas } from './document.js';

/** An example of a schema. Of an object, it has the required members and those with an example. */
export function exampleOf(schema: Schema, schemas: Schemas): unknown {
  if ('$ref' in schema) return exampleOf(schemas[schema.$ref.split('/').at(-1) ?? ''] as Schema, schemas);
  if (schema.example !== undefined) return schema.example;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.allOf)
    return Object.assign({}, ...schema.allOf.map((part) => exampleOf(part, schemas))) as unknown;
  if (schema.oneOf) return exampleOf(schema.oneOf[0] as Schema, schemas);
  if (schema.properties) return exampleOfObject(schema, schemas);
  if (schema.items) return [exampleOf(schema.items, schemas)];
  return schema.type === 'boolean' ? true : (schema.minimum ?? 'text');
}

function exampleOfObject({ properties = {}, required = [] }: SchemaObject, schemas: Schemas) {
  const shown = Object.entries(properties).filter(
    ([name, member]) => required.includes(name) || 'example' in member,
  );
  return Object.fromEntries(shown.map(([name, member]) => [name, exampleOf(member, schemas)]));
}
