/** Each connection sets these for itself. Behind a pooler, a start is refused where they differ. */
export const RELIED_ON = {
  // Values are written as text: amounts, as `float8`, to their last digit, and times as pg reads them.
  extra_float_digits: '1',
  DateStyle: 'ISO, YMD',
  TimeZone: 'UTC',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  // Text and parameters are read as the standard says. Without `array_nulls`, a NULL in an array is a word.
  standard_conforming_strings: 'on',
  transform_null_equals: 'off',
  array_nulls: 'on',
  // A statement outside a transaction must not fail because of others at the same time.
  default_transaction_isolation: 'read committed',
  // An error ends its statement, not the connection, and carries no parameters into the log.
  exit_on_error: 'off',
  log_parameter_max_length_on_error: '0',
} as const;

/** What each connection sets as well, but can do without behind a pooler. */
export const PREFERRED = {
  // Compiling a plan takes longer than running any of ours.
  jit: 'off',
  // At a lower level, each statement is answered with its plan.
  client_min_messages: 'warning',
} as const;

/**
 * Our own limits stand where the work is. Those of a role
 * would end a migration, or a connection that is kept.
 */
export const NO_LIMITS = {
  statement_timeout: '0',
  transaction_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
} as const;

/** Not ours to set: it takes a superuser, or somebody wants it so. A start is refused where they differ. */
export const REQUIRED = {
  // `replica` switches foreign keys off.
  session_replication_role: 'origin',
  default_transaction_read_only: 'off',
} as const;

/** Poolers keep these for each client that sends them when it connects. */
export const KEPT_BY_POOLERS = {
  DateStyle: RELIED_ON.DateStyle,
  TimeZone: RELIED_ON.TimeZone,
  standard_conforming_strings: RELIED_ON.standard_conforming_strings,
};
