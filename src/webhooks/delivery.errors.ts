/**
 * Why a delivery failed, in words for the admin. They tell nothing that the receiver has sent but its status.
 */
export class DeliveryError extends Error {}

export const NOT_ALLOWED = 'The address is not allowed.';

const CLOSED = 'It closed the connection too early.';

/** By the codes of Node's errors. */
const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'Its name has no address.',
  EAI_AGAIN: 'Its name could not be looked up.',
  ECONNREFUSED: 'It refused the connection.',
  ECONNRESET: CLOSED,
  EPIPE: CLOSED,
  EPROTO: 'It does not speak TLS.',
  HPE_HEADER_OVERFLOW: 'The headers of its answer are too long.',
};

/** In the names that OpenSSL and Node have for what may be wrong with a certificate. */
const CERTIFICATE = /CERT|ISSUER|SIGNATURE|CRL|TRUST/;

export function deliveryError(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error;
  const { code = '' } = error as NodeJS.ErrnoException;
  return new DeliveryError(REASONS[code] ?? reasonOfKind(code), { cause: error });
}

function reasonOfKind(code: string): string {
  if (CERTIFICATE.test(code)) return 'Its certificate is not valid.';
  if (code.startsWith('HPE_')) return 'It does not speak HTTP.';
  if (code.startsWith('ERR_SSL')) return 'It does not speak TLS.';
  return 'It cannot be reached.';
}
