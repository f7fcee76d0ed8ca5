import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiSecurity } from '@nestjs/swagger';
import { ApiProblems } from '../../common/errors/api-problems.decorator.js';
import type { Role } from '../role.js';

export const ACCESS = 'access';

/** Who may call a route. Every route states one; a route that does not keeps the service from starting. */
export type Access =
  | { readonly kind: 'public' }
  | { readonly kind: 'optional' }
  | { readonly kind: 'signed-in' }
  | { readonly kind: 'roles'; readonly roles: readonly Role[] };

const access = (value: Access) => SetMetadata(ACCESS, value);
const tokenRequired = () => applyDecorators(ApiBearerAuth('bearer'), ApiSecurity('password'));

/** Anyone may call; a token is not even looked at. */
export const Public = () => applyDecorators(access({ kind: 'public' }), ApiProblems());

/** Anyone may call; whoever sends a token must send a good one, and may get to see or do more. */
export const OptionallySignedIn = () =>
  applyDecorators(
    access({ kind: 'optional' }),
    ApiSecurity({}),
    tokenRequired(),
    ApiProblems('unauthenticated'),
  );

/** Every user with a valid token may call. */
export const SignedIn = () =>
  applyDecorators(access({ kind: 'signed-in' }), tokenRequired(), ApiProblems('unauthenticated'));

/** Only users of these roles may call. */
export const Roles = (...roles: Role[]) =>
  applyDecorators(
    access({ kind: 'roles', roles }),
    tokenRequired(),
    ApiProblems('unauthenticated', 'forbidden'),
  );
