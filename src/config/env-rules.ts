import { Transform } from 'class-transformer';
import { IsInt, IsNumber, Max, Min, ValidateBy } from 'class-validator';
import { isIP } from 'node:net';

const integer = () =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value,
  );

export const booleanWord = () =>
  Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value));

/** An integer variable and its limits, both included. */
export const integerBetween =
  (min: number, max: number): PropertyDecorator =>
  (target, name) => {
    for (const decorate of [integer(), IsInt(), Min(min), Max(max)]) decorate(target, name);
  };

export const commaSeparated = () =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string'
      ? value
          .split(',')
          .map((part) => part.trim())
          .filter(Boolean)
      : value,
  );

export const IsPostgresUrl = () =>
  ValidateBy({
    name: 'isPostgresUrl',
    validator: {
      validate: (value) => URL.canParse(String(value)) && /^postgres(ql)?:\/\//.test(String(value)),
      defaultMessage: () => '$property must be a URL such as postgresql://user:password@host:5432/database',
    },
  });

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
  const bitsMax = { 4: 32, 6: 128 }[isIP(address)] ?? 0;
  return rest.length === 0 && /^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= bitsMax;
}

/** A number from 0 to 1, both included. */
export const share = (): PropertyDecorator => (target, name) => {
  const toNumber = Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^[01](\.\d{1,9})?$/.test(value) ? Number(value) : value,
  );
  for (const decorate of [toNumber, IsNumber(), Min(0), Max(1)]) decorate(target, name);
};

export const IsHttpUrl = () =>
  ValidateBy({
    name: 'isHttpUrl',
    validator: {
      validate: (value) => URL.canParse(String(value)) && /^https?:\/\//.test(String(value)),
      defaultMessage: () => '$property must be a URL such as http://localhost:4318',
    },
  });
