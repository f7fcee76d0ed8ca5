/** Each connection sets these. Behind a pooler it cannot, so a start is refused where they differ. */
export const RELIED_ON = {
  // How values are written as text: `float8` amounts to their last digit, times as pg parses them.
  extra_float_digits: '1',
  DateStyle: 'ISO, YMD',
  TimeZone: 'UTC',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  // How text and parameters are read. Without `array_nulls`, NULL in an array is read as a word.
  standard_conforming_strings: 'on',
  transform_null_equals: 'off',
  array_nulls: 'on',
  // A single statement must not fail because of concurrent ones.
  default_transaction_isolation: 'read committed',
  // An error ends its statement, not the connection, and its log line contains no parameters.
  exit_on_error: 'off',
  log_parameter_max_length_on_error: '0',
} as const;

/** Each connection sets these too, but they are optional behind a pooler. */
export const PREFERRED = {
  // Compiling a plan takes longer than running any of ours.
  jit: 'off',
  // At a lower level, the server may send a plan with each answer.
  client_min_messages: 'warning',
} as const;

/** Turned off: the limits of a role would end migrations and idle connections. Our own are set elsewhere. */
export const NO_LIMITS = {
  statement_timeout: '0',
  transaction_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
} as const;

/** Not ours to change. A start is refused where they differ. */
export const REQUIRED = {
  // `replica` switches foreign keys off.
  session_replication_role: 'origin',
  default_transaction_read_only: 'off',
} as const;

/** Poolers keep these settings per client, if they are sent when it connects. */
export const KEPT_BY_POOLERS = {
  DateStyle: RELIED_ON.DateStyle,
  TimeZone: RELIED_ON.TimeZone,
  standard_conforming_strings: RELIED_ON.standard_conforming_strings,
};
