import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

const SECRET_LENGTH_MIN = 32;

/** What the service needs beside its configuration, and never prints. */
export interface AppSecrets {
  readonly databaseUrl: string;
  readonly jwtSecret: string;
}

/** Two processes that start at once agree on one secret: a whole file is linked into place, once. */
export async function readOrCreateSecret(path: string): Promise<string> {
  const existing = await readSecret(path);
  if (existing !== undefined) return existing;

  await ensureFolder(resolve(dirname(path)), 0o711);
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx', flush: true });
  try {
    await link(draft, path).catch(ignore('EEXIST'));
  } finally {
    await rm(draft, { force: true });
  }
  return (await readSecret(path)) as string;
}

/** A cut secret must not become a key that anybody can guess. */
async function readSecret(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(ignore('ENOENT'));
  if (text === undefined) return undefined;
  const secret = text.trim();
  if (secret.length < SECRET_LENGTH_MIN)
    throw new Error(`${path} does not hold a whole secret. Restore it, or remove it.`);
  return secret;
}

/**
 * Node's own recursive `mkdir` tries for ever where the system refuses with ENOENT, as it does below /proc.
 */
export async function ensureFolder(path: string, mode: number): Promise<void> {
  const make = () => mkdir(path, { mode }).catch(ignore('EEXIST'));
  await make().catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' || dirname(path) === path) throw error;
    await ensureFolder(dirname(path), mode);
    await make();
  });
}

function ignore(code: string) {
  return (error: NodeJS.ErrnoException): undefined => {
    if (error.code !== code) throw error;
  };
}
