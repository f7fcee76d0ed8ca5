import { IsBoolean, IsInt, IsNumber, IsString, Max, Min } from 'class-validator';
import { isIP } from 'node:net';
import { FromBooleanWord, FromDigits, FromText, Rule } from '../common/rules.js';
import { databaseUrlFault } from './database-url.js';

const all =
  (...decorators: PropertyDecorator[]): PropertyDecorator =>
  (target, name) => {
    for (const decorate of decorators) decorate(target, name);
  };

export const integerBetween = (min: number, max: number) => all(FromDigits(), IsInt(), Min(min), Max(max));

export const booleanWord = () => all(FromBooleanWord(), IsBoolean());

/** @param normalise brings each part into the form in which it is compared. */
export const commaSeparated = (normalise = (part: string) => part) =>
  FromText((text) => {
    const parts = text.split(',').map((part) => part.trim());
    return parts.filter(Boolean).map(normalise);
  });

export const IsPostgresUrl = () =>
  Rule(
    'isPostgresUrl',
    (value) => databaseUrlFault(String(value)) ?? '',
    (value) => databaseUrlFault(String(value)) === undefined,
  );

/** An address to listen on. IPv6 addresses may be in brackets, as in URLs. */
export const address = () =>
  all(
    FromText((text) => text.replace(/^\[(.*)\]$/, '$1')),
    IsString(),
  );

/** The form that browsers send: in lower case, without the default port. */
export function asOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.href === `${url?.origin}/` ? url.origin : text;
}

export const IsOriginList = () =>
  Rule(
    'isOriginList',
    'must list origins such as https://shop.example, without a path or wildcard',
    (value) => Array.isArray(value) && value.every(isOrigin),
  );

function isOrigin(text: unknown): boolean {
  return (
    /^https?:\/\/[^*]+$/.test(String(text)) &&
    URL.canParse(String(text)) &&
    new URL(String(text)).origin === text
  );
}

export const IsAddressList = () =>
  Rule(
    'isAddressList',
    'must list IP addresses or CIDR ranges',
    (value) => Array.isArray(value) && value.every(isAddressOrRange),
  );

/** Refuses /0, which would trust every client to state its own address. */
function isAddressOrRange(text: unknown): boolean {
  const [address = '', bits = '1', ...rest] = String(text).split('/');
  const bitsMax = { 4: 32, 6: 128 }[address.includes('%') ? 0 : isIP(address)] ?? 0;
  return rest.length === 0 && /^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= bitsMax;
}

/** A number from 0 to 1. */
export const share = () =>
  all(
    FromText((text) => (/^[01](\.\d{1,9})?$/.test(text) ? Number(text) : text)),
    IsNumber(),
    Min(0),
    Max(1),
  );

export const IsHttpUrl = () =>
  Rule(
    'isHttpUrl',
    'must be a URL such as http://localhost:4318',
    (value) => URL.canParse(String(value)) && /^https?:\/\//.test(String(value)),
  );
