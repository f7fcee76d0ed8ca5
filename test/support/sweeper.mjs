// Waits until the owner of a run's folder has ended in any way, and then removes everything of the run. Its
// processes are those that work in the folder (services and databases) or use it as their TMPDIR (workers of
// Jest). They are found only on Linux; elsewhere only the folder is removed.
import { readFileSync, readlinkSync, readdirSync, rmSync } from 'node:fs';

const GRACE_MS = 3_000;
const DEADLINE_MS = 10_000;
const POLL_MS = 20;

const folder = process.argv[2] ?? '';
/** @param {string} path */
const isInside = (path) => path === folder || path.startsWith(`${folder}/`);

/** A process that is ending, or that belongs to somebody else, cannot be read. @param {string} pid */
function belongs(pid) {
  try {
    if (isInside(readlinkSync(`/proc/${pid}/cwd`))) return true;
    const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return variables.some((text) => text.startsWith('TMPDIR=') && isInside(text.slice('TMPDIR='.length)));
  } catch {
    return false;
  }
}

function processesOfRun() {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && belongs(name))
    .map(Number);
}

/** @param {number} pid @param {NodeJS.Signals} name */
function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}

/**
 * On SIGQUIT PostgreSQL ends at once but frees its shared memory. Frozen processes need SIGKILL.
 */
async function endProcesses() {
  const [startedAt, asked] = [performance.now(), new Set()];
  for (let left = processesOfRun(); left.length > 0; left = processesOfRun()) {
    const elapsedMs = performance.now() - startedAt;
    if (elapsedMs > DEADLINE_MS) throw new Error(`Processes ${left.join(', ')} cannot be ended.`);
    const isOverdue = elapsedMs > GRACE_MS;
    for (const pid of left.filter((one) => isOverdue || !asked.has(one))) {
      signal(pid, isOverdue ? 'SIGKILL' : 'SIGQUIT');
      asked.add(pid);
    }
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
  return asked.size;
}

async function sweep() {
  const count = await endProcesses();
  if (count > 0) console.log(`Ended ${count} processes that the run had left behind.`);
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

process.stdin.resume();
process.stdin.on('error', () => undefined);
process.stdin.once('close', () => void sweep());
