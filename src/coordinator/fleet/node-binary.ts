/** A Node for hosts that have none: which one runs there, and its compressed program on this machine. */
import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { own } from '../../model/own.ts';
import type { Probe } from './probe.ts';

/** The oldest C library that each runs on (BUILDING.md of the respective Node). */
const builds = [
  { version: '24.21.0', glibc: 2.28 },
  { version: '16.20.2', glibc: 2.17 },
] as const;

const packageArch: Readonly<Record<string, string>> = { x86_64: 'x64', aarch64: 'arm64' };

export interface NodeBuild {
  readonly version: string;
  /** As npm names it, and as uname does. */
  readonly arch: string;
  readonly machine: string;
}

/** The Node to put on a host, or why none can be. */
export function nodeFor({ os, arch, glibc }: Pick<Probe, 'os' | 'arch' | 'glibc'>): NodeBuild | string {
  const npmArch = own(packageArch, arch);
  if (os !== 'Linux' || npmArch === undefined) return `there is no Node to put on ${os} ${arch}`;
  const found = /^glibc (\d+)\.(\d+)/.exec(glibc);
  if (found === null) return 'its C library is not glibc, which the Node that is put there needs';
  const [, major = '0', minor = '0'] = found;
  const fits = builds.find((build) => isAtLeast(Number(major), Number(minor), build.glibc));
  if (fits === undefined)
    return `its ${glibc} is older than 2.17, which the oldest Node that can be put there needs`;
  return { version: fits.version, arch: npmArch, machine: arch };
}

const isAtLeast = (major: number, minor: number, needed: number): boolean =>
  major > 2 || (major === 2 && minor >= Math.round((needed - 2) * 100));

/** One at a time: many hosts want the same. */
const making = new Map<string, Promise<string>>();

/**
 * The gzipped program on this machine: of the Node that runs here where it is the one, else from npm's registry; kept
 * for the next time.
 *
 * @throws Error where npm does not get it
 */
export function compressedNode(build: NodeBuild): Promise<string> {
  const name = `node-v${build.version}-linux-${build.arch}.gz`;
  const file = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'labsweep', name);
  const made = making.get(file) ?? make(build, file);
  making.set(file, made);
  made.catch(() => making.delete(file));
  return made;
}

async function make(build: NodeBuild, file: string): Promise<string> {
  if (existsSync(file)) return file;
  const folder = join(file, '..');
  await mkdir(folder, { recursive: true });
  const own = await mkdtemp(join(folder, '.making-'));
  try {
    const part = join(own, 'node.gz');
    // Fast before small: the links of a lab outrun a better compression.
    const gzip = createGzip({ level: 1 });
    if (isThisNode(build)) await pipeline(createReadStream(process.execPath), gzip, createWriteStream(part));
    else await repack(await npmPack(build, own), gzip, part);
    await rename(part, file);
    return file;
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

const isThisNode = ({ version, arch }: NodeBuild): boolean =>
  process.platform === 'linux' && process.arch === arch && process.versions.node === version;

/** node-linux-ARCH carries nothing but the program; npm knows the registry and the proxy of this machine. */
async function npmPack({ version, arch }: NodeBuild, folder: string): Promise<string> {
  const child = spawn('npm', ['pack', '--silent', `node-linux-${arch}@${version}`], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const complaint = text(child.stderr);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const archive = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  if (code === 0 && archive !== undefined) return join(folder, archive);
  throw new Error(
    `npm cannot get Node ${version} for ${arch}: ${(await complaint).trim() || `exit code ${code}`}`,
  );
}

async function repack(archive: string, gzip: NodeJS.ReadWriteStream, into: string): Promise<void> {
  const entries = extract();
  const reading = pipeline(createReadStream(archive), createGunzip(), entries);
  for await (const entry of entries)
    if (entry.header.name === 'package/bin/node') await pipeline(entry, gzip, createWriteStream(into));
    else entry.resume();
  await reading;
}
