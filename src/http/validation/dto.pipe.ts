import {
  applyDecorators,
  type ArgumentMetadata,
  Injectable,
  type PipeTransform,
  SetMetadata,
  type Type,
} from '@nestjs/common';
import { ApiSchema, type ApiSchemaOptions } from '@nestjs/swagger';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { ValidationFailedError } from '../../common/domain-error.js';
import { inputFaults, UNKNOWN_FIELD } from './input-faults.js';

const IS_OAUTH = 'oauthParameters';

/** For OAuth 2 clients: unknown fields are ignored, and empty ones count as absent (RFC 6749, 3.2). */
export const OAuthParameters = () =>
  applyDecorators(SetMetadata(IS_OAUTH, true), ApiSchema({ additionalProperties: true } as ApiSchemaOptions));

const RULES = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  stopAtFirstError: true,
};

/** No request has nearly as many; validating thousands would block the process. */
const FIELDS_MAX = 50;

/**
 * Replaces Nest's ValidationPipe, which takes half as long again, drops a field named like a method instead
 * of refusing it, and turns "1e3" and " 1" in a path into numbers before any other pipe sees them.
 */
@Injectable()
export class DtoPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if ((type !== 'body' && type !== 'query') || metatype === undefined) return value;
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      throw refusal(type, 'not-an-object', 'must be a JSON object');
    const dtoClass = metatype as Type<object>;
    const isOAuth = Reflect.hasMetadata(IS_OAUTH, dtoClass);
    const fields = isOAuth ? givenParameters(value, dtoClass) : value;
    const names = Object.keys(fields);
    if (names.length > FIELDS_MAX) throw refusal(type, 'too-many', `may have ${FIELDS_MAX} fields at most`);
    // class-transformer silently drops fields named like methods.
    const methods = names.filter((name) => isMethod(name, dtoClass));
    if (methods.length > 0) throw refusal(type, 'unknown-field', UNKNOWN_FIELD, methods);
    const dto = plainToInstance(dtoClass, fields);
    const errors = validateSync(dto, { ...RULES, forbidNonWhitelisted: !isOAuth });
    if (errors.length > 0) throw new ValidationFailedError(inputFaults(errors, type));
    return dto;
  }
}

function givenParameters(fields: object, dtoClass: Type<object>): object {
  const given = Object.entries(fields).filter(([name, text]) => text !== '' && !isMethod(name, dtoClass));
  return Object.fromEntries(given);
}

function isMethod(name: string, { prototype }: Type<object>): boolean {
  return name in (prototype as object);
}

function refusal(location: 'body' | 'query', code: string, message: string, fields?: string[]) {
  const pointers = fields?.map((name) => `/${name}`) ?? [''];
  return new ValidationFailedError(pointers.map((pointer) => ({ pointer, location, code, message })));
}
