import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';

const ACCESS = 'access';

/** Who may call a route. The service does not start if a route does not say. */
export type Access =
  | { readonly kind: 'public' }
  | { readonly kind: 'optional' }
  | { readonly kind: 'signed-in' }
  | { readonly kind: 'roles'; readonly roles: readonly string[] };

/** The guards read the metadata; the API description is made from the extension. */
export const access = (value: Access) =>
  applyDecorators(SetMetadata(ACCESS, value), ApiExtension('x-access', value));

/** The decision on a route or, if there is none, on its controller. */
export function accessOf(handler: object, controller: object): Access | undefined {
  const decision: unknown = Reflect.getMetadata(ACCESS, handler) ?? Reflect.getMetadata(ACCESS, controller);
  return decision as Access | undefined;
}

/** Anyone may call; a token is ignored. */
export const Public = () => access({ kind: 'public' });

/** Anyone may call; a token, if sent, must be valid. */
export const OptionallySignedIn = () => access({ kind: 'optional' });

/** Every user with a valid token may call. */
export const SignedIn = () => access({ kind: 'signed-in' });
