import { Transform, type TransformFnParams } from 'class-transformer';

/** Characters as PostgreSQL counts them, that is code points; class-validator leaves some out. */
export function lengthOf(text: string): number {
  return [...text].length;
}

export const Trim = () =>
  Transform(({ value }: TransformFnParams): unknown => (typeof value === 'string' ? value.trim() : value));

/** Turns plain digits into a number and leaves everything else to the rules, which refuse it. */
export const FromDigits = () =>
  Transform(({ value }: TransformFnParams): unknown =>
    typeof value === 'string' && /^(0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value,
  );

export const FromBooleanWord = () =>
  Transform(({ value }: TransformFnParams): unknown =>
    value === 'true' ? true : value === 'false' ? false : value,
  );
