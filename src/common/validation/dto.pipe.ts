import { type ArgumentMetadata, Injectable, type PipeTransform, type Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { type InputFault, ValidationFailedError } from '../errors/domain-error.js';
import { PROTOTYPE_NAMES } from '../http/body-parser.js';
import { inputFaults, UNKNOWN_FIELD } from './input-faults.js';

const RULES = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  stopAtFirstError: true,
};

/**
 * Validates bodies and queries against their DTO classes; unknown fields are faults. Path
 * parameters have pipes of their own: Nest's ValidationPipe would turn "1e3" and " 1" into
 * numbers before those could see them.
 */
@Injectable()
export class DtoPipe implements PipeTransform {
  async transform(value: unknown, { type, metatype }: ArgumentMetadata): Promise<unknown> {
    if ((type !== 'body' && type !== 'query') || metatype === undefined) return value;
    if (!isObject(value)) throw new ValidationFailedError([notAnObject(type)]);
    assertNoPrototypeNames(value, type);
    const dto = plainToInstance(metatype as Type<object>, value);
    const errors = await validate(dto, RULES);
    if (errors.length > 0) throw new ValidationFailedError(inputFaults(errors, type));
    return dto;
  }
}

function isObject(value: unknown): value is object {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** class-transformer drops these names without a word; unknown fields are told of. */
function assertNoPrototypeNames(value: object, part: 'body' | 'query'): void {
  const name = Object.keys(value).find((key) => PROTOTYPE_NAMES.has(key));
  if (name === undefined) return;
  throw new ValidationFailedError([
    { pointer: `/${name}`, in: part, code: 'unknown-field', message: UNKNOWN_FIELD },
  ]);
}

function notAnObject(part: 'body' | 'query'): InputFault {
  return { pointer: '', in: part, code: 'not-an-object', message: 'must be a JSON object' };
}
