import { createHmac, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';
import { ValidationFailedError } from '../common/domain-error.js';

const TAG_BYTES = 12;
const NUMBER_BYTES = 8;

/**
 * Opaque cursors: where a walk stands, as whole numbers, signed together with the list and filters it belongs
 * to, so that a cursor made up, or carried over to another list, is refused instead of skipping rows. A list that
 * shows a customer's own rows is another one for each customer.
 */
export class CursorCodec {
  private readonly key: Buffer;

  constructor(secret: KeyObject) {
    this.key = Buffer.from(hkdfSync('sha256', secret.export(), '', 'list cursors', 32));
  }

  encode(list: string, ...position: number[]): string {
    const numbers = Buffer.alloc(position.length * NUMBER_BYTES);
    position.forEach((number, index) => numbers.writeBigInt64BE(BigInt(number), index * NUMBER_BYTES));
    return Buffer.concat([numbers, this.tag(list, numbers)]).toString('base64url');
  }

  /**
   * @returns the position, as many numbers as `encode` was given.
   * @throws ValidationFailedError for anything that `encode` did not make for this list.
   */
  decode(list: string, cursor: string): number[] {
    const bytes = Buffer.from(cursor, 'base64url');
    const numbers = bytes.subarray(0, Math.max(0, bytes.length - TAG_BYTES));
    const tag = bytes.subarray(numbers.length);
    // Decoding skips what is no base64url: only the one spelling counts.
    const isWhole = tag.length === TAG_BYTES && bytes.toString('base64url') === cursor;
    if (!isWhole || !timingSafeEqual(tag, this.tag(list, numbers))) {
      const message = 'is not a cursor of this list with these filters';
      throw new ValidationFailedError([
        { pointer: '/cursor', location: 'query', code: 'not-a-cursor', message },
      ]);
    }
    const count = numbers.length / NUMBER_BYTES;
    return Array.from({ length: count }, (_, index) => Number(numbers.readBigInt64BE(index * NUMBER_BYTES)));
  }

  private tag(list: string, numbers: Buffer): Buffer {
    return createHmac('sha256', this.key)
      .update(list)
      .update('\0')
      .update(numbers)
      .digest()
      .subarray(0, TAG_BYTES);
  }
}
