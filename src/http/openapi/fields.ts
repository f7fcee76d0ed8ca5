import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional, IsString } from 'class-validator';
import { fromMinor, hasAtMostTwoDecimals } from '../../common/money.js';
import {
  HasAtLeast,
  HasAtMost,
  ID_MAX,
  IsAmount,
  IsCleanText,
  IsIntegerBetween,
  IsOptionalButNotNull,
  IsTimestamp,
} from '../validation/rules.js';
import { PATTERNS } from './patterns.js';

/** Says once what a field may be, for the API description and for validation. */
export const Field = (described: object, ...rules: PropertyDecorator[]) => {
  const { required = true, nullable = false } = described as Pick<
    ApiPropertyOptions,
    'required' | 'nullable'
  >;
  const isOptional = nullable ? IsOptional : IsOptionalButNotNull;
  return applyDecorators(
    ...(required ? [] : [isOptional()]),
    ...rules,
    // Nest's type of these options is a union that a spread cannot be told apart in.
    ApiProperty(described),
  );
};

/** Text that is compared or looked up, of whatever characters. */
export const TextField = (maxLength: number, options: ApiPropertyOptions = {}) =>
  Field({ ...options, type: 'string', maxLength }, IsString(), HasAtMost(maxLength));

/** One line of text that people read; not a blank one where something is required of it. */
export const LineField = (minLength: number, maxLength: number, options: ApiPropertyOptions = {}) =>
  Field(
    {
      pattern: minLength > 0 ? PATTERNS.text : PATTERNS.line,
      ...options,
      type: 'string',
      minLength,
      maxLength,
    },
    IsString(),
    IsCleanText(),
    HasAtLeast(minLength),
    HasAtMost(maxLength),
  );

export const IntegerField = (minimum: number, maximum: number, options: ApiPropertyOptions = {}) =>
  Field({ ...options, type: 'integer', minimum, maximum }, IsIntegerBetween(minimum, maximum));

export const IdField = (options: ApiPropertyOptions = {}) => IntegerField(1, ID_MAX, options);

export const BooleanField = (options: ApiPropertyOptions = {}) =>
  Field({ ...options, type: 'boolean' }, IsBoolean());

export const EnumField = (values: readonly string[], options: ApiPropertyOptions = {}) =>
  Field({ ...options, enum: values }, IsIn(values));

/** A time, of which milliseconds are kept; it may have nine decimals of a second and an offset. */
export const TimestampField = (options: ApiPropertyOptions = {}) =>
  Field(
    { example: '2026-01-31T12:00:00Z', ...options, type: 'string', format: 'date-time', maxLength: 35 },
    IsTimestamp(),
  );

/** An amount of money with at most two decimals. */
export const MoneyField = (maxMinor: number, options: ApiPropertyOptions = {}) =>
  Field(
    { ...options, type: 'number', minimum: 0, maximum: fromMinor(maxMinor), multipleOf: 0.01 },
    IsAmount(fromMinor(maxMinor), ' with at most two decimals', hasAtMostTwoDecimals),
  );

/** An amount that the client has worked out, perhaps in floating point: it is rounded to two decimals. */
export const RoundedMoneyField = (maxMinor: number, options: ApiPropertyOptions = {}) =>
  Field(
    { ...options, type: 'number', minimum: 0, maximum: fromMinor(maxMinor) },
    IsAmount(fromMinor(maxMinor)),
  );
