/**
 * A lab of real sshd hosts on this machine, in namespaces that nothing outside sees: for tests, benchmarks and play.
 * Everything goes with the process that holds it, however that ends.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { BedHost } from './bed-host.ts';
import { ended, Laptop } from './laptop.ts';
import { type BedOptions, type CompleteHost, completeHosts } from './options.ts';
import { writeSettings } from './settings.ts';

export type { Ended } from './laptop.ts';
export type { BedOptions, HostOptions } from './options.ts';

const machine = join(import.meta.dirname, 'machine');
const checkout = realpathSync(join(import.meta.dirname, '../..'));

export class Bed {
  /** Everything that the bed keeps outside its namespaces; gone with it. */
  readonly folder: string;
  readonly hosts: readonly BedHost[];
  /** The laptop's ~/.ssh/config, with a name for each host. */
  readonly sshConfig: string;
  /** The laptop's ~/.ssh/known_hosts. */
  readonly knownHosts: string;
  /** The key of lab and mina on every host, not encrypted. */
  readonly privateKey: string;
  readonly laptop: Laptop;
  readonly #options: readonly CompleteHost[];
  readonly #holder: ChildProcess;

  constructor(folder: string, holder: ChildProcess, options: readonly CompleteHost[]) {
    this.folder = folder;
    this.#holder = holder;
    this.#options = options;
    this.laptop = new Laptop(holder.pid ?? 0);
    this.hosts = options.map((host) => new BedHost(folder, controlIn(folder), host));
    this.sshConfig = join(folder, 'laptop-ssh/config');
    this.knownHosts = join(folder, 'laptop-ssh/known_hosts');
    this.privateKey = join(folder, 'laptop-ssh/id_ed25519');
  }

  /** A host by its name. @throws where there is none of that name */
  host(name: string): BedHost {
    const host = this.hosts.find((each) => each.name === name);
    if (host === undefined) throw new Error(`no host ${name} in this bed`);
    return host;
  }

  /** An inventory.json that names every host, for people who write their own. */
  inventory(): {
    hosts: { name: string; address: string; user: string; limits: { slots: number; cpus: number } }[];
  } {
    return {
      hosts: this.#options.map(({ name, address, slots }) => ({
        name,
        address,
        user: 'lab',
        limits: { slots, cpus: slots },
      })),
    };
  }

  /** Runs a command on the laptop to its end. */
  run: Laptop['run'] = (...command) => this.laptop.run(...command);
  /** Starts a command on the laptop. */
  spawn: Laptop['spawn'] = (...command) => this.laptop.spawn(...command);

  /** Ends every process on the hosts and the laptop; nothing is left of either. */
  async close(): Promise<void> {
    const { exitCode, signalCode, stdin } = this.#holder;
    if (exitCode === null && signalCode === null) {
      const gone = once(this.#holder, 'exit');
      stdin?.end();
      await gone;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Brings up a bed; the hosts boot side by side, and each has a listening sshd when this returns. */
export async function openBed(options: BedOptions): Promise<Bed> {
  const hosts = completeHosts(options);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'labsweep-bed-')));
  chmodSync(folder, 0o755);
  try {
    prepare(folder, hosts);
    const holder = await hold(folder);
    const bed = new Bed(folder, holder, hosts);
    try {
      const up = await ended(spawn(controlIn(folder), ['up', ...hosts.map(({ name }) => name)]));
      if (up.code !== 0) throw new Error(`the bed did not come up: ${up.stderr.trim()}`);
      if (options.trusted ?? true) writeFileSync(bed.knownHosts, knownHosts(folder, hosts));
      writeFileSync(join(folder, 'inventory.json'), `${JSON.stringify(bed.inventory(), null, 2)}\n`);
      return bed;
    } catch (error) {
      await bed.close();
      throw error;
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

const controlIn = (folder: string): string => join(folder, 'bin/bed');

/** What lies there before any namespace does: keys, the laptop's ssh configuration, each host's settings. */
function prepare(folder: string, hosts: readonly CompleteHost[]): void {
  const ssh = join(folder, 'laptop-ssh');
  for (const each of ['memory', 'bin', 'hosts', 'laptop-ssh']) mkdirSync(join(folder, each));
  chmodSync(ssh, 0o700);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'bed', '-f', join(ssh, 'id_ed25519')]);
  writeFileSync(join(ssh, 'config'), sshConfig(ssh, hosts), { mode: 0o600 });
  writeFileSync(join(ssh, 'known_hosts'), '');
  for (const host of hosts) writeSettings(join(folder, 'hosts', host.name), host);
}

const sshConfig = (ssh: string, hosts: readonly CompleteHost[]): string =>
  [
    ...hosts.map(({ name, address }) => `Host ${name}\n  HostName ${address}\n`),
    'Host *',
    '  User lab',
    `  IdentityFile ${join(ssh, 'id_ed25519')}`,
    '  IdentitiesOnly yes',
    `  UserKnownHostsFile ${join(ssh, 'known_hosts')}`,
    '',
  ].join('\n');

const knownHosts = (folder: string, hosts: readonly CompleteHost[]): string =>
  hosts
    .map(({ name, address }) => {
      const key = readFileSync(join(folder, 'hosts', name, 'hostkey.pub'), 'utf8')
        .split(' ')
        .slice(0, 2);
      return `${name},${address} ${key.join(' ')}\n`;
    })
    .join('');

/**
 * Starts the process that holds the namespaces, and writes the command that reaches the hosts in them. Its standard
 * input is ours: it sees when we are gone.
 */
async function hold(folder: string): Promise<ChildProcess> {
  const modules = realpathSync(join(checkout, 'node_modules'));
  const world = ['--net', '--mount', '--propagation', 'private', '--'];
  const script = ['bash', join(machine, 'hold.sh'), folder, userInfo().homedir, checkout, modules];
  const holder = spawn('unshare', [...world, ...script], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  let complaint = '';
  holder.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  for await (const line of createInterface({ input: holder.stdout })) {
    const pid = /^hosts (\d+)$/.exec(line)?.[1];
    if (pid !== undefined) writeControl(folder, pid);
    if (line === 'ready') return holder;
  }
  throw new Error(`no namespaces for a bed: ${complaint.trim()}`);
}

function writeControl(folder: string, hosts: string): void {
  const world = `/proc/${hosts}/ns`;
  const enter = `nsenter --net=${world}/net --mount=${world}/mnt --pid=${world}/pid_for_children`;
  const command = `BED_FOLDER='${folder}' bash '${join(machine, 'host.sh')}' "$@"`;
  writeFileSync(controlIn(folder), `#!/bin/bash\nexec ${enter} -- env ${command}\n`, { mode: 0o755 });
}
