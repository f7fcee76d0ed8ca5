import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { NestLogger } from './logger.js';

describe('the messages of Nest', () => {
  // Guarantees that the data users typed stays out of the log: TypeORM adds it to its errors.
  it('have an error under `err` alone, as our own lines do', () => {
    const lines: string[] = [];
    const logger = new NestLogger(
      pino({ serializers: { err: String } }, { write: (line) => lines.push(line) }),
    );
    const error = Object.assign(new Error('duplicate key'), { parameters: ['secret'] });

    logger.error(error, error.stack);

    expect(JSON.parse(lines[0] as string)).toMatchObject({ err: 'Error: duplicate key', context: '' });
    expect(lines[0]).not.toContain('secret');
  });
});
