import { BadConfigurationError, EXIT_CODE_BAD_CONFIGURATION } from '../config/load-env.js';

export interface StartFailure {
  readonly reason: string;
  readonly exitCode: number;
}

const FOLDER_FAULTS = /^(EACCES|EDQUOT|EISDIR|ELOOP|ENAMETOOLONG|ENOENT|ENOSPC|ENOTDIR|EPERM|EROFS)$/;

const INSUFFICIENT_PRIVILEGE = '42501';
const READ_ONLY_SQL_TRANSACTION = '25006';

/** Why a start failed, what to do about it, and the exit code. */
export function explainStartFailure(error: unknown): StartFailure {
  if (error instanceof BadConfigurationError)
    return { reason: error.message, exitCode: EXIT_CODE_BAD_CONFIGURATION };
  return { reason: reasonOf(error as NodeJS.ErrnoException), exitCode: 1 };
}

function reasonOf({ code = '', path, syscall, message }: NodeJS.ErrnoException): string {
  if (syscall !== undefined && path !== undefined && FOLDER_FAULTS.test(code))
    return `${path} cannot be used (${code}). Set DATA_DIR to a folder that can be written to.`;
  if (code === INSUFFICIENT_PRIVILEGE)
    return `its role in the database may not do that (${message}). Set MIGRATION_DATABASE_URL to migrate.`;
  if (code === READ_ONLY_SQL_TRANSACTION)
    return `PostgreSQL is a standby, which cannot be migrated (${message}). Set DATABASE_URL to the primary.`;
  return message || code;
}
