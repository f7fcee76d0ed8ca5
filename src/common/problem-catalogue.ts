export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly meaning: string;
  readonly remedy: string;
}

/** Every problem that the service can answer with. The codes are public API: they are never renamed. */
export const PROBLEMS = {
  'malformed-request': {
    status: 400,
    title: 'The request cannot be read',
    meaning: 'The URL or the HTTP message itself is not valid, so nothing in it could be understood.',
    remedy: 'Check percent-encoding, header syntax and the HTTP version.',
  },
  'malformed-json': {
    status: 400,
    title: 'The body is not valid JSON',
    meaning:
      'The body is not a JSON text in UTF-8 (RFC 8259), is nested deeper than 32 levels, has an object of more than 100 members or a list of more than 10,000, or names a forbidden member such as __proto__.',
    remedy: 'Send a JSON object in UTF-8.',
  },
  unauthenticated: {
    status: 401,
    title: 'Sign in first',
    meaning:
      'The route needs a valid access token, and there was none, or it has expired, or its user is gone or deactivated.',
    remedy: 'Get a token from POST /login and send it as "Authorization: Bearer <token>".',
  },
  'invalid-credentials': {
    status: 401,
    title: 'Wrong name or password',
    meaning: 'No active user has this name and password together. Which of the two is wrong is not told.',
    remedy: 'Check both. Names are compared without regard to case, passwords exactly.',
  },
  'invalid-refresh-token': {
    status: 401,
    title: 'The refresh token is not valid',
    meaning:
      'The refresh token is unknown or has expired, its session was ended, or it had been used before. Using one again after a few seconds ends its session, because it may have been stolen.',
    remedy: 'Sign in again with POST /login.',
  },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    meaning: 'You are signed in, but your role may not do this.',
    remedy: 'Sign in as a user whose role may.',
  },
  'admin-signup-closed': {
    status: 403,
    title: 'Admins cannot be registered this way',
    meaning:
      'Registering an admin is open only as far as ADMIN_SIGNUP says; by default to the first one alone.',
    remedy: "Send the request with an existing admin's token, or register a customer.",
  },
  'not-found': {
    status: 404,
    title: 'No such route',
    meaning: 'The service has nothing at this path.',
    remedy: 'Compare the path with the API description at /docs.',
  },
  'product-not-found': {
    status: 404,
    title: 'No such product',
    meaning:
      'At least one of the products does not exist; `product_ids` lists all that do not. Nothing was ordered or changed.',
    remedy: 'Take ids from GET /products.',
  },
  'order-not-found': {
    status: 404,
    title: 'No such order',
    meaning: 'There is no order with this id that you may see.',
    remedy: 'Take ids from GET /orders.',
  },
  'user-not-found': {
    status: 404,
    title: 'No such user',
    meaning: 'There is no user with this id.',
    remedy: 'Take ids from GET /users.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The route does not take this method',
    meaning: 'The path exists, but not for this HTTP method. The Allow header lists those it takes.',
    remedy: 'Use one of the methods in Allow.',
  },
  'request-timeout': {
    status: 408,
    title: 'The request took too long to arrive',
    meaning: 'The connection was closed because the rest of the request did not come in time.',
    remedy: 'Send the whole request without long pauses.',
  },
  'username-taken': {
    status: 409,
    title: 'The name is taken',
    meaning: 'Another user has this name, perhaps in another case.',
    remedy: 'Choose another name.',
  },
  'last-admin': {
    status: 409,
    title: 'Somebody must stay admin',
    meaning:
      'The user is the last active admin, without whom nobody could make another. Nothing was changed.',
    remedy: 'Make another user an admin first.',
  },
  'insufficient-stock': {
    status: 409,
    title: 'Not enough stock',
    meaning:
      'At least one product has fewer units left than were asked for; `lines` lists every one of them. Nothing was taken.',
    remedy: 'Order no more than `available`, or try again after the product has been restocked.',
  },
  'product-inactive': {
    status: 409,
    title: 'The product is not for sale',
    meaning: 'At least one of the products is deactivated; `product_ids` lists them. Nothing was taken.',
    remedy: 'Leave these products out.',
  },
  'price-changed': {
    status: 409,
    title: 'The total is not the expected one',
    meaning:
      'Prices have changed since `expected_total` was worked out. `total_amount` is the total now. Nothing was taken.',
    remedy: 'Show the new total to the buyer and order again with it.',
  },
  'invalid-transition': {
    status: 409,
    title: 'The order cannot change this way',
    meaning:
      'PENDING orders can be confirmed or cancelled, CONFIRMED ones cancelled; CANCELLED is final. `current_status` is the status now.',
    remedy: 'Read the order again; perhaps somebody else was quicker.',
  },
  'precondition-failed': {
    status: 412,
    title: 'The resource has changed',
    meaning:
      'The current version is not one that If-Match names, or is one that If-None-Match names (RFC 9110, 13.1). Nothing was changed.',
    remedy: 'Read the resource again and decide anew.',
  },
  'payload-too-large': {
    status: 413,
    title: 'The body is too large',
    meaning: 'Bodies may have 256 KiB at most.',
    remedy: 'Send less, for example fewer lines in an order.',
  },
  'uri-too-long': {
    status: 414,
    title: 'The URL is too long',
    meaning: 'The URL has more than 8,000 characters, or a part of its path more than 100.',
    remedy: 'Check how the URL was put together.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body has the wrong media type',
    meaning: 'The route does not read bodies of this Content-Type, charset or Content-Encoding.',
    remedy: 'Send "Content-Type: application/json", without compression. POST /login takes form data too.',
  },
  'validation-failed': {
    status: 422,
    title: 'The input breaks a rule',
    meaning:
      'The request could be read, but fields are missing, unknown or outside their limits; `errors` lists where.',
    remedy: 'Correct the fields that `errors` points to.',
  },
  'total-too-large': {
    status: 422,
    title: 'The total is too large',
    meaning: 'An order may come to 999,999,999,999.99 at most. Nothing was taken.',
    remedy: 'Split the order.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The idempotency key belongs to another order',
    meaning: 'You have placed an order with other contents under this Idempotency-Key already.',
    remedy: 'Use a new key for a new order, and the same body for a retry.',
  },
  'precondition-required': {
    status: 428,
    title: 'If-Match is required',
    meaning:
      'Setting an absolute stock would overwrite what was sold meanwhile, so it needs the version that you have seen (RFC 6585).',
    remedy: "Send If-Match with the product's ETag, or change the stock by stock_delta.",
  },
  'too-many-attempts': {
    status: 429,
    title: 'Too many failed logins',
    meaning:
      'Too many logins to this account or from this address have failed, so passwords are not looked at for a while. Retry-After and `retry_after` tell for how many seconds.',
    remedy: 'Try again after that time.',
  },
  'header-fields-too-large': {
    status: 431,
    title: 'The headers are too large',
    meaning: 'The header section of the request may have 16 KiB at most.',
    remedy: 'Send fewer or shorter headers.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    meaning: 'More requests came from your address than it may send in a minute (RateLimit-Limit).',
    remedy: 'Wait for the seconds that Retry-After tells, and send fewer.',
  },
  'internal-error': {
    status: 500,
    title: 'The service failed',
    meaning:
      'Something went wrong that should not. The cause is in the log of the service under the same `request_id`.',
    remedy: 'Report the `request_id`. With an Idempotency-Key an order can safely be retried.',
  },
  'service-unavailable': {
    status: 503,
    title: 'Busy, try again',
    meaning:
      'The service or its database is overloaded, restarting or away. Retry-After tells in how many seconds to try again.',
    remedy: 'Try again after that time. With an Idempotency-Key an order can safely be retried.',
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

export const PROBLEM_CODES = Object.keys(PROBLEMS) as ProblemCode[];

/** The URL path that is a problem's `type`; the service has a page there. */
export function problemType(code: ProblemCode): string {
  return `/problems/${code}`;
}
