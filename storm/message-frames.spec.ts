import { describe, expect, it } from '@jest/globals';
import { MessageFrames } from './message-frames.js';
import { commits, SentStatements } from './sent-statements.js';

const message = (type: string, body: string) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(4 + Buffer.byteLength(body));
  return Buffer.concat([Buffer.from(type, 'latin1'), length, Buffer.from(body)]);
};
const STARTUP = message('', '\0\x03\0\0user\0me\0\0');
const SESSION = Buffer.concat([STARTUP, message('Q', 'BEGIN\0'), message('Q', 'COMMIT\0'), message('X', '')]);

// Guarantees that the proxy sees every message, however the network splits the stream.
describe('MessageFrames', () => {
  it.each([1, 2, 3, 5, 7, 1000])('finds the same messages in chunks of %i bytes', (size) => {
    const frames = new MessageFrames('client');
    const chunks = Array.from({ length: Math.ceil(SESSION.length / size) }, (_, index) =>
      SESSION.subarray(index * size, (index + 1) * size),
    );

    const found = chunks.flatMap((chunk) => frames.push(chunk));

    expect(found.map(({ type }) => type)).toEqual(['', 'Q', 'Q', 'X']);
    expect(Buffer.concat(found.map(({ bytes }) => bytes))).toEqual(SESSION);
  });
});

describe('SentStatements', () => {
  const executed = (...bytes: Buffer[]) => {
    const [frames, sent] = [new MessageFrames('client'), new SentStatements()];
    return frames.push(Buffer.concat([STARTUP, ...bytes])).map((one) => sent.executedBy(one));
  };

  it('finds the SQL of simple queries, and of prepared ones by name', () => {
    const bind = message('B', '\0lookup\0');
    expect(
      executed(message('P', 'lookup\0SELECT 1\0'), bind, message('Q', 'BEGIN\0'), bind, message('S', '')),
    ).toEqual([undefined, undefined, 'SELECT 1', 'BEGIN', 'SELECT 1', undefined]);
  });

  it.each(['COMMIT', 'commit;', ' end ', 'INSERT INTO t VALUES (1); COMMIT', 'COMMIT WORK'])(
    'takes "%s" for a commit',
    (sql) => expect(commits(sql)).toBe(true),
  );

  it.each(['BEGIN', "SELECT 'COMMIT' AS word", 'ROLLBACK', 'UPDATE committees SET commit_count = 1'])(
    'does not take "%s" for one',
    (sql) => expect(commits(sql)).toBe(false),
  );
});
