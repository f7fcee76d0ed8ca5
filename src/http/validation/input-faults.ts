import type { ValidationError } from 'class-validator';
import type { InputFault } from '../../common/domain-error.js';

/** A bad body may have thousands of faults; the first ones are enough to mend it. */
export const FAULTS_MAX = 100;
/** Names of unknown fields come from the client, and are cut. */
const SEGMENT_MAX = 64;

export const UNKNOWN_FIELD = 'is not a field of this request';

/** The public codes of the rules; those of our own decorators are their names. */
const CODE_OF_CONSTRAINT: Readonly<Record<string, string>> = {
  whitelistValidation: 'unknown-field',
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

/** Flattens class-validator's tree into a list with one fault a field. */
export function inputFaults(
  errors: readonly ValidationError[],
  part: InputFault['location'],
  parent = '',
): InputFault[] {
  const faults: InputFault[] = [];
  for (const error of errors) {
    if (faults.length >= FAULTS_MAX) break;
    const pointer = `${parent}/${asSegment(error.property)}`;
    const own = ownFault(error, part, pointer);
    if (own) faults.push(own);
    faults.push(...inputFaults(error.children ?? [], part, pointer));
  }
  return faults.slice(0, FAULTS_MAX);
}

function ownFault(
  error: ValidationError,
  part: InputFault['location'],
  pointer: string,
): InputFault | undefined {
  const broken = Object.entries(error.constraints ?? {})[0];
  if (broken === undefined) return undefined;
  const [constraint, message] = broken;
  if (constraint === 'whitelistValidation') {
    return { pointer, location: part, code: 'unknown-field', message: UNKNOWN_FIELD };
  }
  if (error.value === undefined) return { pointer, location: part, code: 'required', message: 'is required' };
  return {
    pointer,
    location: part,
    code: CODE_OF_CONSTRAINT[constraint] ?? constraint,
    message: withoutName(message, error),
  };
}

/** The pointer names the field already. */
function withoutName(message: string, { property }: ValidationError): string {
  return message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
}

export function asSegment(name: string): string {
  return name.slice(0, SEGMENT_MAX).replaceAll('~', '~0').replaceAll('/', '~1');
}
