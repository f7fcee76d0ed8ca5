import { Transform } from 'class-transformer';
import { IsBoolean, IsInt, IsNumber, IsString, Max, Min, ValidateBy } from 'class-validator';
import { isIP } from 'node:net';
import { FromBooleanWord, FromDigits } from '../common/text.js';
import { databaseUrlFault } from './database-url.js';

const all =
  (...decorators: PropertyDecorator[]): PropertyDecorator =>
  (target, name) => {
    for (const decorate of decorators) decorate(target, name);
  };

/** An integer variable and its limits, both included. */
export const integerBetween = (min: number, max: number) => all(FromDigits(), IsInt(), Min(min), Max(max));

export const booleanWord = () => all(FromBooleanWord(), IsBoolean());

/** @param asMeant writes a part in the one form that is compared with. */
export const commaSeparated = (asMeant = (part: string) => part) =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string'
      ? value
          .split(',')
          .map((part) => part.trim())
          .filter(Boolean)
          .map(asMeant)
      : value,
  );

export const IsPostgresUrl = () =>
  ValidateBy({
    name: 'isPostgresUrl',
    validator: {
      validate: (value) => databaseUrlFault(String(value)) === undefined,
      defaultMessage: (args) => `$property ${databaseUrlFault(String(args?.value))}`,
    },
  });

/** What to listen on. An IPv6 address in brackets, as a URL has it, is that address. */
export const address = (): PropertyDecorator => (target, name) => {
  const withoutBrackets = Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.replace(/^\[(.*)\]$/, '$1') : value,
  );
  for (const decorate of [withoutBrackets, IsString()]) decorate(target, name);
};

/** As browsers write an origin: in small letters, without the port that its scheme has anyway. */
export function asOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.href === `${url?.origin}/` ? url.origin : text;
}

export const IsOriginList = () =>
  ValidateBy({
    name: 'isOriginList',
    validator: {
      validate: (value) => Array.isArray(value) && value.every(isOrigin),
      defaultMessage: () =>
        '$property must list origins such as https://shop.example, without path or wildcard',
    },
  });

function isOrigin(text: unknown): boolean {
  return (
    /^https?:\/\/[^*]+$/.test(String(text)) &&
    URL.canParse(String(text)) &&
    new URL(String(text)).origin === text
  );
}

export const IsAddressList = () =>
  ValidateBy({
    name: 'isAddressList',
    validator: {
      validate: (value) => Array.isArray(value) && value.every(isAddressOrRange),
      defaultMessage: () => '$property must list IP addresses or CIDR ranges',
    },
  });

/** A range of no bits would be everybody: any client could then make up its address. */
function isAddressOrRange(text: unknown): boolean {
  const [address = '', bits = '1', ...rest] = String(text).split('/');
  const bitsMax = { 4: 32, 6: 128 }[address.includes('%') ? 0 : isIP(address)] ?? 0;
  return rest.length === 0 && /^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= bitsMax;
}

/** A number from 0 to 1, both included. */
export const share = () =>
  all(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && /^[01](\.\d{1,9})?$/.test(value) ? Number(value) : value,
    ),
    IsNumber(),
    Min(0),
    Max(1),
  );

export const IsHttpUrl = () =>
  ValidateBy({
    name: 'isHttpUrl',
    validator: {
      validate: (value) => URL.canParse(String(value)) && /^https?:\/\//.test(String(value)),
      defaultMessage: () => '$property must be a URL such as http://localhost:4318',
    },
  });
