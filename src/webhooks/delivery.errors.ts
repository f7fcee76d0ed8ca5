/** Why a delivery failed. The message is shown to admins, so it contains nothing that the receiver sent. */
export class DeliveryError extends Error {}

export const NOT_ALLOWED = 'The address is not allowed.';

const CLOSED = 'It closed the connection too early.';

/** By error code of Node. */
const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'Its name has no address.',
  EAI_AGAIN: 'Its name could not be looked up.',
  ECONNREFUSED: 'It refused the connection.',
  ECONNRESET: CLOSED,
  EPIPE: CLOSED,
  EPROTO: 'It does not speak TLS.',
  HPE_HEADER_OVERFLOW: 'The headers of its answer are too long.',
};

/** Occurs in the codes of OpenSSL and Node for faulty certificates. */
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
