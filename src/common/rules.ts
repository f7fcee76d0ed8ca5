import { Transform, type TransformFnParams } from 'class-transformer';
import { ValidateBy } from 'class-validator';

/** A rule of our own. @param name is the public code of its fault; @param demand completes "The field …". */
export const Rule = (
  name: string,
  demand: string | ((value: unknown) => string),
  holds: (value: unknown) => boolean,
) => {
  const message = (value: unknown) => (typeof demand === 'string' ? demand : demand(value));
  const defaultMessage = (args?: { value: unknown }) => `$property ${message(args?.value)}`;
  return ValidateBy({ name, validator: { validate: holds, defaultMessage } });
};

/** Converts text; any other value is left to the rules. */
export const FromText = (read: (text: string) => unknown) =>
  Transform(({ value }: TransformFnParams): unknown => (typeof value === 'string' ? read(value) : value));

export const Trim = () => FromText((text) => text.trim());

/** Text that is not a number stays as it is, and the rules refuse it. */
export const FromDigits = () => FromText((text) => (/^(0|[1-9]\d{0,15})$/.test(text) ? Number(text) : text));

export const FromBooleanWord = () =>
  FromText((text) => (text === 'true' ? true : text === 'false' ? false : text));

/** Characters as PostgreSQL counts them, that is code points; class-validator leaves some out. */
export function lengthOf(text: string): number {
  return [...text].length;
}
