import { crc32 } from 'node:zlib';
import { ValidationFailedError } from '../common/domain-error.js';

const CHECKSUM_BYTES = 4;
const NUMBER_BYTES = 8;

/** The limits of a number in a position. */
export type Range = readonly [min: number, max: number];

/**
 * An opaque cursor holds a position, and a checksum over it, the list and its filters, so that a cursor of
 * another list is refused. The checksum is no signature: a forged cursor only selects where to begin in a
 * list that its sender may read anyway.
 */
export function encodeCursor(list: string, ...position: number[]): string {
  const end = position.length * NUMBER_BYTES;
  const bytes = Buffer.alloc(end + CHECKSUM_BYTES);
  position.forEach((number, index) => bytes.writeBigInt64BE(BigInt(number), index * NUMBER_BYTES));
  bytes.writeUInt32BE(crc32(list, crc32(bytes.subarray(0, end))), end);
  return bytes.toString('base64url');
}

/** @throws ValidationFailedError for a cursor of another list, or with numbers out of range. */
export function decodeCursor(list: string, cursor: string, ranges: readonly Range[]): number[] {
  const bytes = Buffer.from(cursor, 'base64url');
  const isWhole = bytes.length === ranges.length * NUMBER_BYTES + CHECKSUM_BYTES;
  const position = isWhole ? ranges.map((_, at) => Number(bytes.readBigInt64BE(at * NUMBER_BYTES))) : [];
  const isInRange = position.every((number, at) => isWithin(number, ranges[at]));
  if (isWhole && isInRange && encodeCursor(list, ...position) === cursor) return position;
  const message = 'is not a cursor of this list with these filters';
  throw new ValidationFailedError([{ pointer: '/cursor', location: 'query', code: 'not-a-cursor', message }]);
}

function isWithin(number: number, [min, max]: Range = [0, 0]): boolean {
  return number >= min && number <= max;
}
