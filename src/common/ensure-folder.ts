import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder, and those above it, unless they are there. Unlike Node's own recursive `mkdir` it
 * does not try for ever where the system refuses with ENOENT, as it does below /proc.
 * @throws the system's error.
 */
export async function ensureFolder(path: string, mode: number): Promise<void> {
  let error = await tryToMake(path, mode);
  if (error?.code === 'ENOENT' && dirname(path) !== path) {
    await ensureFolder(dirname(path), mode);
    error = await tryToMake(path, mode);
  }
  if (error) throw error;
}

async function tryToMake(path: string, mode: number): Promise<NodeJS.ErrnoException | undefined> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    const fault = error as NodeJS.ErrnoException;
    return fault.code === 'EEXIST' ? undefined : fault;
  }
  return undefined;
}
