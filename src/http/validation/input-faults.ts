import type { ValidationError } from 'class-validator';
import type { InputFault } from '../../common/domain-error.js';

/** A bad body may have thousands of faults; the first ones are enough to correct it. */
export const FAULTS_MAX = 100;
/** Names of unknown fields come from the client, and are cut. */
const SEGMENT_MAX = 64;

export const UNKNOWN_FIELD = 'is not a field of this request';

/** The public codes of class-validator's rules; our own rules are named by their codes. */
const CODE_OF_CONSTRAINT: Readonly<Record<string, string>> = {
  isDefined: 'required',
  isInt: 'not-an-integer',
  isString: 'not-a-string',
  isBoolean: 'not-a-boolean',
  isArray: 'not-a-list',
  nestedValidation: 'not-an-object',
  isIn: 'not-one-of',
  min: 'too-small',
  max: 'too-large',
  minLength: 'too-short',
  maxLength: 'too-long',
  arrayMinSize: 'too-few',
  arrayMaxSize: 'too-many',
};

/** Flattens class-validator's tree into a list with at most one fault per field. */
export function inputFaults(
  errors: readonly ValidationError[],
  location: InputFault['location'],
  parent = '',
): InputFault[] {
  const faults: InputFault[] = [];
  for (const error of errors) {
    if (faults.length >= FAULTS_MAX) break;
    const pointer = `${parent}/${asSegment(error.property)}`;
    const own = ownFault(error);
    if (own) faults.push({ pointer, location, ...own });
    faults.push(...inputFaults(error.children ?? [], location, pointer));
  }
  return faults.slice(0, FAULTS_MAX);
}

function ownFault({ property, value, constraints = {} }: ValidationError) {
  const [broken] = Object.entries(constraints);
  if (broken === undefined) return undefined;
  const [constraint, message] = broken;
  if (constraint === 'whitelistValidation') return { code: 'unknown-field', message: UNKNOWN_FIELD };
  if (value === undefined) return { code: 'required', message: 'is required' };
  // The pointer names the field already.
  const demand = message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
  return { code: CODE_OF_CONSTRAINT[constraint] ?? constraint, message: demand };
}

/** A name as a segment of a JSON Pointer. */
export function asSegment(name: string): string {
  return name.slice(0, SEGMENT_MAX).replaceAll('~', '~0').replaceAll('/', '~1');
}
