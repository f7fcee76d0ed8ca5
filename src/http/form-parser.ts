import busboy from '@fastify/busboy';
import { DomainError, ValidationFailedError } from '../common/domain-error.js';
import { asSegment } from './validation/input-faults.js';

/** Our forms have a handful of short fields. */
const FIELDS_MAX = 20;
const LIMITS = {
  fields: FIELDS_MAX + 1,
  files: 0,
  parts: FIELDS_MAX + 1,
  fieldNameSize: 100,
  fieldSize: 4_096,
  headerPairs: 20,
};

type Field = [name: string, value: string];

/**
 * @throws ValidationFailedError if a field is repeated (RFC 6749, 3.2); DomainError `malformed-request` if
 *   the form is malformed, has files, or exceeds the limits.
 */
export async function parseForm(raw: Buffer, contentType: string): Promise<Record<string, string>> {
  const fields = await readFields(raw, contentType).catch(() => {
    throw new DomainError('malformed-request');
  });
  const repeated = fields.map(([name]) => name).filter((name, index, all) => all.indexOf(name) < index);
  if (repeated.length === 0) return Object.fromEntries(fields);
  const fault = { location: 'body', code: 'repeated', message: 'must not be repeated' } as const;
  throw new ValidationFailedError(
    [...new Set(repeated)].map((name) => ({ pointer: `/${asSegment(name)}`, ...fault })),
  );
}

function readFields(raw: Buffer, contentType: string): Promise<Field[]> {
  return new Promise((resolve, reject) => {
    const fields: Field[] = [];
    const refuse = () => reject(new Error('The form exceeds the limits.'));
    const form = new busboy.Busboy({ headers: { 'content-type': contentType }, limits: LIMITS });
    form.on('field', (name, value, nameWasCut, valueWasCut) => {
      if (nameWasCut || valueWasCut || fields.push([name, value]) > FIELDS_MAX) refuse();
    });
    form.on('filesLimit', refuse);
    form.on('error', reject);
    form.on('finish', () => resolve(fields));
    form.end(raw);
  });
}
