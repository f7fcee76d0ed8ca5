import { Column, CreateDateColumn, getMetadataArgsStorage, PrimaryGeneratedColumn } from 'typeorm';

/** The id of a row, which PostgreSQL gives. */
export const IdColumn = (primaryKeyConstraintName: string) =>
  PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    primaryKeyConstraintName,
    generatedIdentity: 'ALWAYS',
  });

/** The columns of a row that changes and whose changes clients can tell. */
export abstract class VersionedRow {
  /** Counts every change of the row; its ETag. */
  @Column('bigint', { default: 1 }) version!: number;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', precision: 3 }) createdAt!: Date;
  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3, default: () => 'now()' }) updatedAt!: Date;
}

/**
 * After all locks that the transaction took before; `now()`
 * is when it began, perhaps long before it had them.
 */
export const TIME_UNDER_LOCK = () => 'statement_timestamp()';

/** Every update of a versioned row sets these; TypeORM's own version column ignores targeted updates. */
export const NEXT_VERSION = { version: () => 'version + 1', updatedAt: TIME_UNDER_LOCK };

type EntityOf<Row> = abstract new () => Row;

/** Name and type of the column that an entity declares for a property. */
export function columnOf<Row>(
  entity: EntityOf<Row>,
  property: keyof Row & string,
): { name: string; type: string } {
  const column = getMetadataArgsStorage().columns.find(
    ({ target, propertyName }) => propertyName === property && isOrExtends(entity, target),
  );
  if (!column) throw new Error(`${entity.name} has no column for ${property}.`);
  return { name: column.options.name ?? property, type: String(column.options.type) };
}

function isOrExtends(entity: EntityOf<unknown>, target: unknown): boolean {
  return entity === target || (typeof target === 'function' && entity.prototype instanceof target);
}

/** SQL that selects properties of an entity under their names. */
export function selecting<Row>(entity: EntityOf<Row>, properties: readonly (keyof Row & string)[]): string {
  return properties.map((property) => `${columnOf(entity, property).name} AS "${property}"`).join(', ');
}
