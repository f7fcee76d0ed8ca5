import busboy from '@fastify/busboy';
import { ValidationFailedError } from '../common/domain-error.js';
import { asSegment } from './validation/input-faults.js';

/** A form of ours has a handful of short fields. */
const FIELDS_MAX = 20;
const LIMITS = {
  fields: FIELDS_MAX + 1,
  files: 0,
  parts: FIELDS_MAX + 1,
  fieldNameSize: 100,
  fieldSize: 4_096,
};

/**
 * @throws ValidationFailedError when a field comes more than once (RFC 6749, 3.2); Error when the form is not
 *   well-formed, has files, or exceeds the limits.
 */
export function parseForm(raw: Buffer, contentType: string): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    const fields: [name: string, value: string][] = [];
    const refuse = () => reject(new Error('The form has too many or too long fields, or files.'));
    const headers = { 'content-type': contentType };
    const form = new busboy.Busboy({ headers, limits: { ...LIMITS, headerPairs: 20 } });
    form.on('field', (name, value, nameWasCut, valueWasCut) => {
      if (nameWasCut || valueWasCut || fields.push([name, value]) > FIELDS_MAX) refuse();
    });
    form.on('filesLimit', refuse);
    form.on('error', reject);
    form.on('finish', () => {
      const repeated = fields.map(([name]) => name).filter((name, index, all) => all.indexOf(name) < index);
      if (repeated.length > 0) reject(repetition(repeated));
      else resolve(Object.fromEntries(fields));
    });
    form.end(raw);
  });
}

function repetition(names: readonly string[]): ValidationFailedError {
  const fault = { location: 'body', code: 'repeated', message: 'must not be repeated' } as const;
  return new ValidationFailedError(
    [...new Set(names)].map((name) => ({ pointer: `/${asSegment(name)}`, ...fault })),
  );
}
