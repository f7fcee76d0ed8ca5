import { createHash, createHmac, randomBytes } from 'node:crypto';

const FAMILY_BYTES = 16;
const SECRET_BYTES = 32;
const TEXT = /^[A-Za-z0-9_-]{64}$/;

/**
 * A refresh token: the name of its family, which stays, and 256 secret bits, which change with every use.
 * The database knows SHA-256 hashes of both, never the token.
 */
export class RefreshToken {
  private constructor(
    private readonly family: Buffer,
    private readonly secret: Buffer,
  ) {}

  /** The first token of a new family. */
  static create(): RefreshToken {
    return new RefreshToken(randomBytes(FAMILY_BYTES), randomBytes(SECRET_BYTES));
  }

  /**
   * Nothing for a text that cannot be a token; its 64 characters have one spelling, as 48 bytes fill them.
   */
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
   * The next token of the family. Whoever holds this one gets the same successor from the same salt, which
   * is how a lost answer is given again; the salt alone tells nothing.
   */
  successor(salt: Buffer): RefreshToken {
    return new RefreshToken(this.family, createHmac('sha256', this.secret).update(salt).digest());
  }

  toString(): string {
    return Buffer.concat([this.family, this.secret]).toString('base64url');
  }
}

/** Fresh randomness for `successor`. */
export function successorSalt(): Buffer {
  return randomBytes(SECRET_BYTES);
}
