import { CONNECTION_FAULTS } from '../database/connection-faults.js';

type StartError = NodeJS.ErrnoException & { address?: string; port?: number };

const FOLDER_FAULTS = new Set(['EACCES', 'EPERM', 'ENOENT', 'ENOTDIR', 'EROFS', 'ENOSPC']);

const INSUFFICIENT_PRIVILEGE = '42501';

/** What a person can do about a start that failed. */
export function explainStartFailure(error: unknown): string {
  const { code, address, port, path, syscall, message } = error as StartError;
  if (code === 'EADDRINUSE') {
    return `Port ${port} on ${address} is taken. Stop whatever listens there, or set PORT (or METRICS_PORT; 0 picks a free one).`;
  }
  if (code === 'EACCES' && port !== undefined) {
    return `Port ${port} needs rights that this user does not have. Set PORT to 1024 or higher.`;
  }
  if (syscall !== undefined && path !== undefined && FOLDER_FAULTS.has(code ?? '')) {
    return `${path} cannot be used (${code}). Set DATA_DIR to a folder that this user may write to.`;
  }
  if (code !== undefined && CONNECTION_FAULTS.has(code)) {
    return `The service could not start: PostgreSQL does not answer (${message}). Check DATABASE_URL.`;
  }
  if (code === INSUFFICIENT_PRIVILEGE) {
    return `The service could not start: its role in the database may not do that (${message}). Migrate first, by MIGRATION_DATABASE_URL.`;
  }
  return `The service could not start: ${message || String(code ?? error)}`;
}
