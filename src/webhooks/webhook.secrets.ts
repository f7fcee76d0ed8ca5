import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
const SECRET_BYTES = 32;
const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Standard Webhooks. */
export interface SignedHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

export function newSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64');
}

/** Signs with each secret, so that a receiver may know any of them. */
export function sign(id: string, body: string, secrets: readonly string[]): SignedHeaders {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}

/**
 * Encrypts secrets for the database, so that a stolen database or backup cannot sign messages. The key is
 * derived from JWT_SECRET. What was encrypted under JWT_SECRET_PREVIOUS can still be read; the first process
 * that starts with both encrypts it again.
 */
export class WebhookSecrets {
  private readonly keys: readonly Buffer[];

  constructor(jwtSecret: string, previousJwtSecret?: string) {
    const given = previousJwtSecret === undefined ? [jwtSecret] : [jwtSecret, previousJwtSecret];
    this.keys = given.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', 'webhook secrets', 32)));
  }

  seal(secret: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.keys[0] as Buffer, iv);
    const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64');
  }

  /** Whether some secrets may need the previous key. */
  get hasPrevious(): boolean {
    return this.keys.length > 1;
  }

  /** @returns undefined if no known key decrypts it. */
  open(sealed: string): string | undefined {
    const bytes = Buffer.from(sealed, 'base64');
    return this.keys.map((key) => decrypt(key, bytes)).find((secret) => secret !== undefined);
  }
}

function decrypt(key: Buffer, bytes: Buffer): string | undefined {
  try {
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES));
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    const text = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
