import busboy from '@fastify/busboy';

/** A form of ours has a handful of short fields. */
const LIMITS = { fields: 20, files: 0, parts: 20, fieldNameSize: 100, fieldSize: 4_096, headerPairs: 20 };

/**
 * Fields that come more than once become arrays, which no rule accepts.
 * @throws Error when the form is not well-formed, has files, or exceeds the limits.
 */
export function parseForm(raw: Buffer, contentType: string): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const values = new Map<string, string[]>();
    const form = new busboy.Busboy({ headers: { 'content-type': contentType }, limits: LIMITS });
    form.on('field', (name, value, nameWasCut, valueWasCut) => {
      if (nameWasCut || valueWasCut) reject(new Error('A form field is too long.'));
      values.set(name, [...(values.get(name) ?? []), value]);
    });
    const refuse = () => {
      reject(new Error('The form has too many fields, or files.'));
    };
    form.on('fieldsLimit', refuse);
    form.on('filesLimit', refuse);
    form.on('partsLimit', refuse);
    form.on('error', reject);
    form.on('finish', () => {
      resolve(Object.fromEntries([...values].map(([name, all]) => [name, all.length === 1 ? all[0] : all])));
    });
    form.end(raw);
  });
}
