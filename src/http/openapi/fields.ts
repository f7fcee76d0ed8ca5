import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, Max, Min, ValidateIf } from 'class-validator';
import { fromMinor, hasAtMostTwoDecimals } from '../../common/money.js';
import { HasAtLeast, HasAtMost, ID_MAX, IsAmount, IsCleanText, IsTimestamp } from '../validation/rules.js';
import { PATTERNS } from './patterns.js';

/** Describes a field once, for both the API description and validation. */
export const Field = (described: object, ...rules: PropertyDecorator[]) => {
  const { required = true, nullable = false } = described as Pick<
    ApiPropertyOptions,
    'required' | 'nullable'
  >;
  const isOptional = nullable ? IsOptional() : ValidateIf((_object, value) => value !== undefined);
  return applyDecorators(...(required ? [] : [isOptional]), ...rules, ApiProperty(described));
};

/** Text that is compared or looked up; it may contain any characters. */
export const TextField = (maxLength: number, options: ApiPropertyOptions = {}) =>
  Field({ ...options, type: 'string', maxLength }, IsString(), HasAtMost(maxLength));

/** One line of text for people to read; not blank if a minimum length is required. */
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
  Field({ ...options, type: 'integer', minimum, maximum }, IsInt(), Min(minimum), Max(maximum));

export const IdField = (options: ApiPropertyOptions = {}) => IntegerField(1, ID_MAX, options);

export const BooleanField = (options: ApiPropertyOptions = {}) =>
  Field({ ...options, type: 'boolean' }, IsBoolean());

export const EnumField = (values: readonly string[], options: ApiPropertyOptions = {}) =>
  Field({ ...options, enum: values }, IsIn(values));

/** A time with an offset and up to nine decimals of a second, of which milliseconds are kept. */
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

/** An amount that the client computed, perhaps in floating point: it is rounded to two decimals. */
export const RoundedMoneyField = (maxMinor: number, options: ApiPropertyOptions = {}) =>
  Field(
    { ...options, type: 'number', minimum: 0, maximum: fromMinor(maxMinor) },
    IsAmount(fromMinor(maxMinor)),
  );
