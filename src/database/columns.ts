import { Column, CreateDateColumn, getMetadataArgsStorage, PrimaryGeneratedColumn } from 'typeorm';

export const IdColumn = (primaryKeyConstraintName: string) =>
  PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    primaryKeyConstraintName,
    generatedIdentity: 'ALWAYS',
  });

export const NullableTimeColumn = (name: string) =>
  Column({ type: 'timestamptz', name, precision: 3, nullable: true });

/** The columns of a resource whose changes clients can detect. */
export abstract class VersionedRow {
  /** Counts the changes of the row; its ETag. */
  @Column('bigint', { default: 1 }) version!: number;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', precision: 3 }) createdAt!: Date;
  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3, default: () => 'now()' }) updatedAt!: Date;
}

/** Unlike `now()`, the start of the transaction, this is later than the locks that it has waited for. */
export const TIME_UNDER_LOCK = () => 'statement_timestamp()';

/** Every update of a versioned row must set these: `update()` does not raise TypeORM's own version column. */
export const NEXT_VERSION = { version: () => 'version + 1', updatedAt: TIME_UNDER_LOCK };

type EntityOf<Row> = abstract new () => Row;

/** Name and type of the column that an entity declares for a property. */
export function columnOf<Row>(
  entity: EntityOf<Row>,
  property: keyof Row & string,
): { name: string; type: string } {
  const column = getMetadataArgsStorage()
    .filterColumns([entity, Object.getPrototypeOf(entity) as EntityOf<unknown>])
    .find(({ propertyName }) => propertyName === property);
  if (!column) throw new Error(`${entity.name} has no column for ${property}.`);
  return { name: column.options.name ?? property, type: String(column.options.type) };
}

/** The SELECT list for properties of an entity. */
export function selecting<Row>(entity: EntityOf<Row>, properties: readonly (keyof Row & string)[]): string {
  return properties.map((property) => `${columnOf(entity, property).name} AS "${property}"`).join(', ');
}
