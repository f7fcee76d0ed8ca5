import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';

const ACCESS = 'access';

/** Who may call a route. A route that does not say so keeps the service from starting. */
export type Access =
  | { readonly kind: 'public' }
  | { readonly kind: 'optional' }
  | { readonly kind: 'signed-in' }
  | { readonly kind: 'roles'; readonly roles: readonly string[] };

/** The guards read the metadata, the API description the extension. */
export const access = (value: Access) =>
  applyDecorators(SetMetadata(ACCESS, value), ApiExtension('x-access', value));

/** What a route says, or its controller for all routes that say nothing. */
export function accessOf(handler: object, controller: object): Access | undefined {
  const said = [handler, controller].map(
    (target) => Reflect.getMetadata(ACCESS, target) as Access | undefined,
  );
  return said[0] ?? said[1];
}

/** Anyone may call; a token is not even looked at. */
export const Public = () => access({ kind: 'public' });

/** Anyone may call; whoever sends a token must send a good one. */
export const OptionallySignedIn = () => access({ kind: 'optional' });

/** Every user with a valid token may call. */
export const SignedIn = () => access({ kind: 'signed-in' });
