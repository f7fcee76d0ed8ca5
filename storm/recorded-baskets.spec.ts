import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseCsv, RecordedBaskets } from './recorded-baskets.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baskets-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const read = async (...rows: string[]) => {
  const file = join(folder, 'baskets.csv');
  const header = 'order_ref,placed_at,customer,sku,name,quantity,unit_price';
  await writeFile(file, [header, ...rows, ''].join('\n'));
  return RecordedBaskets.read(file);
};

// Guarantees that recorded baskets are replayed unchanged.
describe('RecordedBaskets', () => {
  it('replays baskets and cancellations in order, and starts over after the last', async () => {
    const baskets = await read(
      '1,t,7,A,"LAMP, RED",6,2.55',
      '1,t,7,B,DESK,1,30',
      'C2,t,7,A,"LAMP, RED",-6,2.55',
      '3,t,8,B,DESK,2,30',
    );

    const first = { kind: 'place', lines: [0, 1].map((ware) => ({ ware, quantity: ware === 0 ? 6 : 1 })) };
    const tasks = [1, 2, 3, 4].map(() => baskets.next());

    expect(baskets.catalogue).toMatchObject([
      { name: 'LAMP, RED', priceMinor: 255 },
      { name: 'DESK', priceMinor: 3_000 },
    ]);
    expect(tasks).toEqual([
      first,
      { kind: 'cancel' },
      { kind: 'place', lines: [{ ware: 1, quantity: 2 }] },
      first,
    ]);
  });

  it('makes the most ordered wares scarce, with enough for one basket, and the others plentiful', async () => {
    const rows = Array.from({ length: 8 }, (_, index) => `${index},t,7,S${index},WARE,${80 - index * 10},1`);

    const { catalogue } = await read(...rows, '9,t,7,S0,WARE,300,1');

    expect(catalogue.filter(({ isHot }) => isHot).map(({ stock }) => stock)).toEqual([300, 70]);
    expect(catalogue.filter(({ isHot, stock }) => !isHot && stock > 1_000_000)).toHaveLength(6);
  });

  it('skips corrections of the stock', async () => {
    const baskets = await read('1,t,,A,,-10,0', '2,t,7,B,DESK,1,30');

    expect(baskets.next()).toEqual({ kind: 'place', lines: [{ ware: 0, quantity: 1 }] });
    expect(baskets.catalogue.map(({ name }) => name)).toEqual(['DESK']);
  });

  it('says which column is missing, or that there is no basket', async () => {
    const file = join(folder, 'other.csv');
    await writeFile(file, 'order_ref,sku\n1,A\n');

    await expect(RecordedBaskets.read(file)).rejects.toThrow('has no column name, quantity, unit_price');
    await expect(read()).rejects.toThrow('has no basket');
  });
});

describe('parseCsv', () => {
  it('reads quoted cells with commas, quotes and line breaks', () => {
    expect(parseCsv('a,"b,""c""\nd",\r\ne,,f\ng,')).toEqual([
      ['a', 'b,"c"\nd', ''],
      ['e', '', 'f'],
      ['g', ''],
    ]);
  });

  it('refuses a stray quote', () => {
    expect(() => parseCsv('a,"b"c\n')).toThrow('stray quote');
  });
});
