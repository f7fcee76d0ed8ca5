import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';
import { fromMinor, hasAtMostTwoDecimals } from '../../common/money.js';

/** A field for an amount of money: a JSON number from 0 to the maximum with at most two decimals. */
export const IsMoney = (maxMinor: number, options: ApiPropertyOptions = {}) =>
  applyDecorators(
    ApiMoney(maxMinor, { ...options, multipleOf: 0.01 }),
    IsAmount(maxMinor, ' with at most two decimals', hasAtMostTwoDecimals),
  );

/** A field for an amount that the client has worked out, perhaps in floating point: it is rounded to two decimals. */
export const IsRoundedMoney = (maxMinor: number, options: ApiPropertyOptions = {}) =>
  applyDecorators(ApiMoney(maxMinor, options), IsAmount(maxMinor));

/**
 * How an amount of money looks in the API description. Amounts in answers have no `multipleOf`: validators that divide
 * doubles would refuse 19.99 as a multiple of 0.01.
 */
export const ApiMoney = (maxMinor: number, options: ApiPropertyOptions = {}) =>
  ApiProperty({ ...options, type: 'number', minimum: 0, maximum: fromMinor(maxMinor) } as ApiPropertyOptions);

function IsAmount(maxMinor: number, more = '', isFine: (amount: number) => boolean = () => true) {
  const max = fromMinor(maxMinor);
  return ValidateBy({
    name: 'not-an-amount',
    validator: {
      validate: (value) => typeof value === 'number' && value >= 0 && value <= max && isFine(value),
      defaultMessage: () => `$property must be a number from 0 to ${max}${more}`,
    },
  });
}
