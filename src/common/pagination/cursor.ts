import { createHmac, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';
import { ValidationFailedError } from '../errors/domain-error.js';

const TAG_BYTES = 12;

/**
 * Opaque cursors: the id of the last row seen, signed together with the list and filters it belongs
 * to, so that a cursor made up, or carried over to another list, is refused instead of skipping rows.
 */
export class CursorCodec {
  private readonly key: Buffer;

  constructor(secret: KeyObject) {
    this.key = Buffer.from(hkdfSync('sha256', secret.export(), '', 'list cursors', 32));
  }

  encode(list: string, lastId: number): string {
    const id = Buffer.alloc(4);
    id.writeUInt32BE(lastId);
    return Buffer.concat([id, this.tag(list, id)]).toString('base64url');
  }

  /** @throws ValidationFailedError for anything that `encode` did not make for this list. */
  decode(list: string, cursor: string): number {
    const bytes = Buffer.from(cursor, 'base64url');
    const id = bytes.subarray(0, 4);
    const tag = bytes.subarray(4);
    if (tag.length !== TAG_BYTES || !timingSafeEqual(tag, this.tag(list, id))) {
      const message = 'is not a cursor of this list with these filters';
      throw new ValidationFailedError([{ pointer: '/cursor', in: 'query', code: 'not-a-cursor', message }]);
    }
    return id.readUInt32BE();
  }

  private tag(list: string, id: Buffer): Buffer {
    return createHmac('sha256', this.key)
      .update(list)
      .update('\0')
      .update(id)
      .digest()
      .subarray(0, TAG_BYTES);
  }
}
