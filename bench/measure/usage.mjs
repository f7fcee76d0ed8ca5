// What processes cost according to Linux (proc(5)); unknown on other systems.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const isLinux = process.platform === 'linux';
const TICKS_PER_SECOND = isLinux ? Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) : 100;

/** Indexes in /proc/<pid>/stat, counted after the name, which may contain anything. */
const PARENT = 1;
const USER_TICKS = 11;

/** @param {number | string} pid @returns {number[] | undefined} */
function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
  } catch {
    return undefined; // It has ended meanwhile.
  }
}

/**
 * Its own processor time, with `children` also that of children that have ended.
 * @param {number[] | undefined} stat
 */
function ticksOf(stat, { children = false } = {}) {
  const times = stat?.slice(USER_TICKS, USER_TICKS + (children ? 4 : 2)) ?? [];
  return sumOf(times);
}

/** @param {number[]} numbers */
const sumOf = (numbers) => numbers.reduce((sum, number) => sum + number, 0);

/**
 * @typedef {{ pid: number, loadPid: number, postgresPids: readonly number[] }} Players
 * @typedef {{ contender: number, postgres: number | undefined,
 *   ours: number, machine: number }} Usage in ticks, so far.
 */

/** @param {Players} players @returns {Usage | undefined} */
export function readUsage({ pid, loadPid, postgresPids }) {
  if (!isLinux) return undefined;
  const contender = ticksOfFamily(pid);
  const postgres = postgresPids.length === 0 ? undefined : sumOf(postgresPids.map(ticksOfFamily));
  const others = new Set([loadPid, process.pid].filter((other) => other !== pid));
  const load = sumOf([...others].map((other) => ticksOf(statOf(other))));
  return { contender, postgres, ours: contender + (postgres ?? 0) + load, machine: ticksOfMachine() };
}

/**
 * The cost of a measurement.
 * @param {Usage | undefined} before
 * @param {Usage | undefined} after
 * @param {number} requests
 * @param {number} seconds
 * @returns {{ cpuUs?: number, postgresCpuUs?: number, foreignCores?: number }} processor time per request in
 *   microseconds, and how many cores others have kept busy meanwhile.
 */
export function costBetween(before, after, requests, seconds) {
  if (!before || !after) return {};
  const perRequestUs = (/** @type {number} */ ticks) => ((ticks / TICKS_PER_SECOND) * 1e6) / requests;
  const cost = { cpuUs: perRequestUs(after.contender - before.contender) };
  if (before.postgres === undefined || after.postgres === undefined) return cost;
  const foreignTicks = after.machine - before.machine - (after.ours - before.ours);
  return {
    ...cost,
    postgresCpuUs: perRequestUs(after.postgres - before.postgres),
    foreignCores: Math.max(0, foreignTicks / TICKS_PER_SECOND / seconds),
  };
}

/** Time that is neither idle nor spent waiting for a disk. */
function ticksOfMachine() {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = readFileSync(
    '/proc/stat',
    'latin1',
  )
    .split('\n', 1)
    .flatMap((line) => line.split(/ +/).slice(1).map(Number));
  return user + nice + system + irq + softirq + steal;
}

/** A process and its children, for example PostgreSQL or a service with workers. @param {number} pid */
function ticksOfFamily(pid) {
  while (true) {
    const before = ticksOf(statOf(pid), { children: true });
    const living = sumOf(childrenOf(pid).map((child) => ticksOf(statOf(child))));
    // A child that ended in between would be counted twice, or not at all.
    if (ticksOf(statOf(pid), { children: true }) === before) return before + living;
  }
}

/** @param {number} pid @returns {string[]} those that live. */
function childrenOf(pid) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((child) => statOf(child)?.[PARENT] === pid);
}

/**
 * Of a process and its children. @param {number} pid @param {'VmRSS' | 'VmHWM'} field memory in use now, or
 * the most it has been. @returns {number | undefined} MiB
 */
export function memoryMiB(pid, field) {
  if (!isLinux) return undefined;
  return sumOf([String(pid), ...childrenOf(pid)].map((each) => memoryOfOne(each, field)));
}

/** @param {number | string} pid @param {'VmRSS' | 'VmHWM'} field */
function memoryOfOne(pid, field) {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) / 1024;
}
