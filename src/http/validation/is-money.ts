import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';
import { fromMinor, toMinor } from '../../common/money.js';

/** A field for an amount of money: a JSON number from 0 to the maximum with at most two decimals. */
export const IsMoney = (maxMinor: number, options: ApiPropertyOptions = {}) =>
  applyDecorators(
    ApiMoney(maxMinor, options),
    ValidateBy({
      name: 'not-an-amount',
      validator: {
        validate: (value) => isAmount(value, maxMinor),
        defaultMessage: () =>
          `$property must be a number from 0 to ${fromMinor(maxMinor)} with at most two decimals`,
      },
    }),
  );

/** How an amount of money looks in the API description. */
export const ApiMoney = (maxMinor: number, options: ApiPropertyOptions = {}) =>
  ApiProperty({ ...options, type: 'number', minimum: 0, maximum: fromMinor(maxMinor) } as ApiPropertyOptions);

function isAmount(value: unknown, maxMinor: number): boolean {
  const minor = typeof value === 'number' ? toMinor(value) : undefined;
  return minor !== undefined && minor >= 0 && minor <= maxMinor;
}
