import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../src/database/data-source.js';
import { DatabaseReader } from '../src/database/database.reader.js';
import type { OrderBody } from './support/api-types.js';
import { TestDatabase } from './support/database.js';
import { useWorld } from './support/world.js';

// Guarantees that reads that share a statement never share an answer or an error.
describe('DatabaseReader', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let reader: DatabaseReader;

  beforeAll(async () => {
    database = await TestDatabase.create();
    dataSource = await new DataSource(dataSourceOptions(database.url, 4)).initialize();
    reader = new DatabaseReader(dataSource);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('sends reads of the same text together, eight at most', async () => {
    const text = 'SELECT $1::integer AS number, pg_current_xact_id()::text AS statement';
    const numbers = Array.from({ length: 20 }, (_, index) => index);

    const rows = await Promise.all(
      numbers.map((number) => reader.row<{ number: number; statement: string }>(text, [number])),
    );

    expect(rows.map((row) => row?.number)).toEqual(numbers);
    const statements = rows.map((row) => row?.statement);
    const sizes = [...new Set(statements)].map((one) => statements.filter((other) => other === one).length);
    expect(sizes).toEqual([8, 8, 4]);
  });

  it('gives each read its own row, or none', async () => {
    const text = 'SELECT number FROM generate_series(1, 3) AS number WHERE number > $1::integer';

    const rows = await Promise.all([3, 2, 0].map((number) => reader.row(text, [number])));

    expect(rows).toMatchObject([undefined, { number: 3 }, { number: 1 }]);
  });

  it('passes values of every type on unchanged', async () => {
    const text = `SELECT $1::text AS text, $2::timestamptz AS time, $3::bigint[] AS numbers, $4::integer AS nothing`;
    const [one, two] = [`it's "{,}" \\ NULL`, 'NULL'];
    const [begin, end] = [new Date('0001-01-01T00:00:00.001Z'), new Date('9999-12-31T23:59:59.999Z')];

    const rows = await Promise.all([
      reader.row(text, [one, begin, [1, 2], null]),
      reader.row(text, [two, end, [], 5]),
    ]);

    expect(rows).toMatchObject([
      { text: one, time: begin, numbers: [1, 2], nothing: null },
      { text: two, time: end, numbers: [], nothing: 5 },
    ]);
  });

  it('fails only the read whose value the database refuses', async () => {
    const reads = [4, 0, 2].map((number) => reader.row('SELECT 8 / $1::integer AS eighth', [number]));

    expect(await Promise.allSettled(reads)).toMatchObject([
      { value: { eighth: 2 } },
      { reason: { code: '22012' } },
      { value: { eighth: 4 } },
    ]);
  });
});

describe('the service', () => {
  const given = useWorld();

  it('answers each of a hundred simultaneous reads with its own order, and never with another’s', async () => {
    const [lamp, buyers] = [await given.product({ stock: 100 }), await given.customers(2)];
    const placing = Array.from({ length: 25 }, () => buyers.map((buyer) => buyer.places({ [lamp.id]: 1 })));
    const placed = (await Promise.all(placing.flat())).map(({ body }) => body);

    const reads = placed.flatMap(({ id }) => buyers.map((reader) => ({ id, reader })));
    const answers = await Promise.all(
      reads.map(({ id, reader }) => reader.client.get<Partial<OrderBody>>(`/orders/${id}`)),
    );

    const owners = new Map(placed.map(({ id, customer_id }) => [id, customer_id]));
    expect(answers.map(({ status, body }) => [status, body.id])).toEqual(
      reads.map(({ id, reader }) => (owners.get(id) === reader.id ? [200, id] : [404, undefined])),
    );
  });
});
