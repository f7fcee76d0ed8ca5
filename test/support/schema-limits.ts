import type { Schema } from './api-document.js';

/** Values at the limits of a schema, and values just beyond them. */
export interface Limits {
  readonly within: readonly unknown[];
  readonly beyond: readonly unknown[];
}

export function limitsOf(schema: Schema): Limits {
  if (schema.enum) return { within: schema.enum, beyond: ['no-such-value'] };
  const [type] = [schema.type ?? 'string'].flat();
  if (type === 'integer' || type === 'number') return limitsOfNumber(schema);
  if (type === 'boolean') return { within: [true, false], beyond: ['yes'] };
  if (type === 'array') return limitsOfList(schema);
  return schema.format === 'date-time' ? TIMES : limitsOfText(schema);
}

const TIMES: Limits = {
  within: ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.123456789+05:30'],
  beyond: ['2026-01-31', '2026-01-31T12:00:00', '2026-02-30T12:00:00Z'],
};

function limitsOfNumber({ minimum = 0, maximum = 0, multipleOf }: Schema): Limits {
  const step = multipleOf ?? 1;
  const between = multipleOf === undefined ? [] : [minimum + step / 2];
  return { within: [minimum, maximum], beyond: [minimum - step, maximum + step, ...between] };
}

function limitsOfList({ minItems = 0, maxItems = 0, items = {} }: Schema): Limits {
  const listOf = (length: number) => Array<unknown>(length).fill(items.example ?? 1);
  const lengths = (all: number[]) => all.filter((length) => length >= 0).map(listOf);
  return { within: lengths([minItems, maxItems]), beyond: lengths([minItems - 1, maxItems + 1]) };
}

/**
 * Texts of these lengths in the possible forms: quoted as a tag, a plain word, with spaces around it.
 */
function limitsOfText({ minLength = 0, maxLength = 0, pattern = '' }: Schema): Limits {
  const matches = (text: string) => new RegExp(pattern, 'u').test(text);
  const forms = (length: number) =>
    ['x'.repeat(length), `"${'x'.repeat(Math.max(length - 2, 0))}"`].filter((text) => text.length === length);
  const within = [minLength, maxLength].flatMap(forms).filter(matches);
  const all = [minLength - 1, maxLength + 1].filter((length) => length >= 0).flatMap(forms);
  const misshapen = ['x\u0007y', ' ', 'x'.repeat(maxLength)].filter((text) => !matches(text));
  return { within, beyond: [...all, ...misshapen] };
}
