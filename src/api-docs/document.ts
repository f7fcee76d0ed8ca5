import type { OperationObject, ReferenceObject, SchemaObject } from '@nestjs/swagger';
import type { Access } from '../http/access.decorators.js';

/** JSON Schema 2020-12, as far as the description uses it; Nest's type is of an earlier one. */
export type Schema = (SchemaObject | ReferenceObject) & {
  readonly const?: unknown;
  readonly unevaluatedProperties?: boolean;
};

export type Schemas = Record<string, Schema>;

/** An operation with what its decorators have left for `completeDocument`. */
export interface Operation extends OperationObject {
  'x-access'?: Access;
  [extension: `x-problem-${string}`]: true;
}

export function reference(kind: 'schemas' | 'responses' | 'headers' | 'examples', name: string) {
  return { $ref: `#/components/${kind}/${name}` };
}

/** "insufficient-stock" as the name of a component: "InsufficientStock". */
export function asComponentName(code: string): string {
  return code.replace(/(?:^|-)([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

/** Applies a change to every object of a document, the inner ones first. */
export function mapObjects(
  value: unknown,
  change: (object: Record<string, unknown>) => Record<string, unknown>,
): unknown {
  if (Array.isArray(value)) return value.map((item) => mapObjects(item, change));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([name, member]) => [name, mapObjects(member, change)]);
  return change(Object.fromEntries(entries) as Record<string, unknown>);
}
