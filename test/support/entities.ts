import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ObjectLiteral } from 'typeorm';

type Entity = new () => ObjectLiteral;

const SRC = join(import.meta.dirname, '../../src');

/** All entities, found by file name, so that none is forgotten. */
export async function allEntities(): Promise<Entity[]> {
  const entities: Entity[] = [];
  for (const file of readdirSync(SRC, { recursive: true, encoding: 'utf8' })) {
    // One by one: Jest cannot load two modules at once that import the same one.
    if (file.endsWith('.entity.ts')) {
      entities.push(...Object.values((await import(join(SRC, file))) as Record<string, Entity>));
    }
  }
  return entities;
}
