import type { OperationObject, ReferenceObject, SchemaObject } from '@nestjs/swagger';
import type { Access } from '../http/access.decorators.js';

/** The part of JSON Schema 2020-12 that the description uses; Nest's type is older. */
export type Schema = (SchemaObject | ReferenceObject) & {
  readonly const?: unknown;
  readonly unevaluatedProperties?: boolean;
};

export type Schemas = Record<string, Schema>;

/** An operation with the notes that its decorators leave for `completeDocument`. */
export interface Operation extends OperationObject {
  'x-access': Access;
  [extension: `x-problem-${string}`]: true;
}

export function reference(kind: 'schemas' | 'responses' | 'headers' | 'examples', name: string) {
  return { $ref: `#/components/${kind}/${name}` };
}

/** "insufficient-stock" as the name of a component: "InsufficientStock". */
export function asComponentName(code: string): string {
  return code.replace(/(?:^|-)([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
