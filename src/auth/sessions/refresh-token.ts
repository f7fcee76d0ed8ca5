import { createHash, createHmac, randomBytes } from 'node:crypto';

const FAMILY_BYTES = 16;
const SECRET_BYTES = 32;
const TEXT = /^[A-Za-z0-9_-]{64}$/;

/**
 * A refresh token: an id of its family, which stays, and a secret of 256 bits, which changes with every use.
 * The database stores only SHA-256 hashes of both.
 */
export class RefreshToken {
  private constructor(
    private readonly family: Buffer,
    private readonly secret: Buffer,
  ) {}

  static create(): RefreshToken {
    return new RefreshToken(randomBytes(FAMILY_BYTES), randomBytes(SECRET_BYTES));
  }

  /** @returns `undefined` for text that cannot be a token. */
  static parse(text: string): RefreshToken | undefined {
    if (!TEXT.test(text)) return undefined;
    const bytes = Buffer.from(text, 'base64url');
    return new RefreshToken(bytes.subarray(0, FAMILY_BYTES), bytes.subarray(FAMILY_BYTES));
  }

  get familyHash(): Buffer {
    return createHash('sha256').update(this.family).digest();
  }

  get hash(): Buffer {
    return createHash('sha256').update(this.secret).digest();
  }

  /**
   * The next token of the family. This token and the stored salt always give the same successor, so that a
   * lost answer can be repeated. The salt alone reveals nothing.
   */
  successor(salt: Buffer): RefreshToken {
    return new RefreshToken(this.family, createHmac('sha256', this.secret).update(salt).digest());
  }

  toString(): string {
    return Buffer.concat([this.family, this.secret]).toString('base64url');
  }
}

export function successorSalt(): Buffer {
  return randomBytes(SECRET_BYTES);
}
