import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface Certificate {
  /** Both in PEM. */
  readonly certificate: string;
  readonly key: string;
}

/**
 * A temporary certificate authority for one test. Its
 * certificates are X.509 v3 (RFC 5280), signed with ECDSA.
 */
export class CertificateAuthority {
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

  constructor(private readonly name = 'Authority of a test') {}

  get certificate(): string {
    const isAuthority = extension([2, 5, 29, 19], der(SEQUENCE, der(BOOLEAN, Buffer.from([0xff]))));
    return this.issue(this.name, this.keys.publicKey, isAuthority);
  }

  /** A certificate of a server for one host name or IPv4 address. */
  certify(host: string): Certificate {
    const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const alternative = /^[\d.]+$/.test(host)
      ? der(0x87, Buffer.from(host.split('.').map(Number)))
      : der(0x82, Buffer.from(host));
    const names = extension([2, 5, 29, 17], der(SEQUENCE, alternative));
    return {
      certificate: this.issue('Server of a test', keys.publicKey, names),
      key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
  }

  private issue(subject: string, publicKey: KeyObject, ofExtensions: Buffer): string {
    const ecdsaWithSha256 = der(SEQUENCE, oid([1, 2, 840, 10045, 4, 3, 2]));
    const hour = 3_600_000;
    const body = der(
      SEQUENCE,
      der(0xa0, der(INTEGER, Buffer.from([2]))),
      der(INTEGER, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
      ecdsaWithSha256,
      distinguishedName(this.name),
      der(SEQUENCE, time(Date.now() - hour), time(Date.now() + hour)),
      distinguishedName(subject),
      publicKey.export({ type: 'spki', format: 'der' }),
      der(0xa3, der(SEQUENCE, ofExtensions)),
    );
    const signature = sign('sha256', body, this.keys.privateKey);
    const whole = der(SEQUENCE, body, ecdsaWithSha256, der(BIT_STRING, Buffer.from([0]), signature));
    const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
    return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
  }
}

const [BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, OBJECT_ID, UTF8_STRING] = [1, 2, 3, 4, 6, 12] as const;
const [GENERALIZED_TIME, SEQUENCE, SET] = [24, 0x30, 0x31] as const;

/** A value in DER (X.690): its tag, its length and its content. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const lengthBytes =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...lengthBytes]), content]);
}

function oid([first = 0, second = 0, ...rest]: number[]): Buffer {
  const base128 = (value: number): number[] =>
    value < 0x80 ? [value] : [...base128(value >> 7).map((byte) => byte | 0x80), value & 0x7f];
  return der(OBJECT_ID, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function extension(id: number[], value: Buffer): Buffer {
  return der(SEQUENCE, oid(id), der(OCTET_STRING, value));
}

function distinguishedName(commonName: string): Buffer {
  const attribute = der(SEQUENCE, oid([2, 5, 4, 3]), der(UTF8_STRING, Buffer.from(commonName)));
  return der(SEQUENCE, der(SET, attribute));
}

function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, '');
  return der(GENERALIZED_TIME, Buffer.from(digits));
}
