import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ignoring } from '../common/ignoring.js';

const SECRET_LENGTH_MIN = 32;

/** Never to be logged. */
export interface AppSecrets {
  readonly databaseUrl: string;
  readonly jwtSecret: string;
}

/** Processes that start together agree on one secret: only the first can link its file into place. */
export async function readOrCreateSecret(path: string): Promise<string> {
  const existing = await readSecret(path);
  if (existing !== undefined) return existing;

  await ensureFolder(resolve(dirname(path)), 0o711);
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx', flush: true });
  try {
    await link(draft, path).catch(ignoring('EEXIST'));
  } finally {
    await rm(draft, { force: true });
  }
  return (await readSecret(path)) as string;
}

/** Refuses a truncated secret, which would be easy to guess. */
async function readSecret(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(ignoring('ENOENT'));
  if (text === undefined) return undefined;
  const secret = text.trim();
  if (secret.length < SECRET_LENGTH_MIN)
    throw new Error(`${path} does not hold a whole secret. Restore it, or remove it to make a new one.`);
  return secret;
}

/** Node's recursive `mkdir` never ends where the system refuses with ENOENT, as below /proc. */
export async function ensureFolder(path: string, mode: number): Promise<void> {
  const make = () => mkdir(path, { mode }).catch(ignoring('EEXIST'));
  await make().catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' || dirname(path) === path) throw error;
    await ensureFolder(dirname(path), mode);
    await make();
  });
}
