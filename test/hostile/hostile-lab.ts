/** Three hosts over real sshd with real agents, of which one lies, a real coordinator, and what lies around its state folder. */
import { obstacleOf } from '../../src/coordinator/hosts/link.ts';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Coordinator, type HostEntry, startCoordinator } from '../../src/coordinator/coordinator.ts';
import { openTransport } from '../../src/coordinator/transport/open-transport.ts';
import type { Transport } from '../../src/coordinator/transport/transport.ts';
import type { LedgerEvent } from '../../src/ledger/events.ts';
import type { Attempt } from '../../src/ledger/state.ts';
import { openWriter } from '../../src/ledger/store/open-writer.ts';
import { hostName } from '../../src/model/ids.ts';
import { noSettings } from '../../src/model/inventory/inventory.ts';
import { noLimits } from '../../src/throttle/limits.ts';
import { claimsPath } from '../../src/worker/claims/claims.ts';
import { commonFolder } from '../../src/worker/claims/common-folder.ts';
import { socketPath } from '../../src/worker/endpoint.ts';
import { SshLab } from '../contracts/ssh-lab.ts';
import { declarationOf, points } from '../coordinator/world.ts';
import { until } from '../e2e/lab.ts';
import { plainHost } from '../plain-host.ts';
import { plainLaunch } from '../plain-launch.ts';
import { Liar } from './liar.ts';

const names = ['oak', 'elm', 'liar'] as const;
const trials = 6;
const agentFile = join(import.meta.dirname, '../../dist/agent.mjs');

/** Each leaves a file, once the gate is open. */
const script = (gate: string): string =>
  `until [ -e '${gate}' ]; do sleep 0.1; done; echo "weights of $0" >"$LABSWEEP_ARTIFACTS/model"; echo "{\\"score\\": $0}"`;

export class HostileLab {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'labsweep-hostile-')));
  readonly state = join(this.root, 'home/state');
  readonly events: LedgerEvent[] = [];
  readonly liar: Liar;
  readonly coordinator: Coordinator;
  failed: unknown = null;
  readonly #ssh: SshLab;
  readonly #gate = join(this.root, 'hosts/gate');
  readonly #transports: Transport[] = [];

  static async open(): Promise<HostileLab> {
    const ssh = new SshLab();
    for (const name of names) await ssh.start(name);
    return new HostileLab(ssh);
  }

  private constructor(ssh: SshLab) {
    this.#ssh = ssh;
    mkdirSync(join(this.root, 'hosts'));
    this.#plantVictims();
    const reach = (name: string): Transport => {
      const host = { name, address: null, port: null, user: null, jump: null, transport: 'ssh2' } as const;
      const transport = openTransport(host, ssh.configFile);
      this.#transports.push(transport);
      return transport;
    };
    this.liar = new Liar(reach('liar'));
    const hosts = names.map((name) => this.#entry(name, name === 'liar' ? this.liar.transport : reach(name)));
    const opened = openWriter(this.state, { breakLock: false });
    if (opened.kind !== 'opened') throw new Error('the ledger cannot be opened');
    this.coordinator = startCoordinator({
      folder: this.state,
      store: join(this.root, 'home/store'),
      writer: opened.writer,
      hosts,
      agentFile,
      machine: 'laptop',
      owner: 'mina',
      environment: {},
      onCommitted: (events) => this.events.push(...events),
      onFailed: (cause) => (this.failed = cause),
    });
  }

  #entry(name: string, transport: Transport): HostEntry {
    const listed = plainHost(name, { ...noLimits, slots: 2 });
    const folder = join(this.root, 'hosts', name);
    const inventory = {
      ...noSettings,
      name,
      address: null,
      port: null,
      user: null,
      jump: null,
      transport: 'ssh2' as const,
      labels: [],
      folder,
      off: null,
      lostAfterMs: listed.lostAfterMs,
      limits: listed.limits,
    };
    return { ...listed, settings: noSettings, transport, inventory, folder, node: process.execPath };
  }

  /** What a path out of the state folder would meet, above it and beside it. */
  #plantVictims(): void {
    for (const folder of ['', 'home', 'home/.ssh', 'home/thesis']) {
      mkdirSync(join(this.root, folder), { recursive: true });
      writeFileSync(join(this.root, folder, 'victim'), `precious, in ${folder}\n`);
    }
  }

  /** Until both trials of each host run. */
  async begin(): Promise<void> {
    const spec = plainLaunch(['sh', '-c', script(this.#gate), '{x}']);
    this.coordinator.connect();
    await this.coordinator.ask({
      kind: 'run',
      declaration: declarationOf({ spec }),
      points: points(trials).map((point) => ({ ...point, resources: { ...point.resources, cpus: 0 } })),
    });
    await this.until(
      () => names.every((name) => this.runningOn(name).length > 0) && this.#running() === trials,
    );
    await this.liar.reconciled();
  }

  async until(isSo: () => boolean): Promise<void> {
    const link = (): unknown => this.coordinator.state.fleet.get(hostName('liar'))?.link;
    const tell = (): string =>
      JSON.stringify({ failed: String(this.failed), running: this.#running(), link: link() });
    await until('the lab to get there', isSo, tell);
  }

  runningOn(name: string): Attempt[] {
    return [...this.coordinator.state.ledger.attempts.values()].filter(
      ({ host, status }) => host === name && status.kind === 'running',
    );
  }

  #running(): number {
    return names.flatMap((name) => this.runningOn(name)).length;
  }

  /** Why the lying host is not listened to; null where it is. */
  get distrust(): string | null {
    const link = this.coordinator.state.fleet.get(hostName('liar'))?.link;
    return link === undefined ? null : obstacleOf(link);
  }

  /** A person takes it into use again. */
  async trustAgain(): Promise<void> {
    await this.until(() => this.liar.isHeard || this.distrust !== null);
    if (!this.liar.isHeard) await this.coordinator.ask({ kind: 'on', host: hostName('liar') });
    await this.liar.reconciled();
  }

  /** What no host may change: files around the state folder, and what runs on the others. */
  surroundings(): unknown {
    const others = ['oak', 'elm'].flatMap((name) => this.runningOn(name));
    return {
      files: treeOf(this.root, [join(this.root, 'hosts'), this.state, join(this.root, 'home/store')]),
      running: others.map(({ id, host, trial, status }) => ({ id, host, trial, status })),
      lines: others.map(({ id }) => this.coordinator.state.committedLines.get(id)),
    };
  }

  /** The trials go to their ends, and the lying host tells the truth from now on. @returns results of the other hosts */
  async finish(): Promise<void> {
    this.liar.rewrite = (line) => line;
    await this.trustAgain();
    const others = new Set(['oak', 'elm'].flatMap((name) => this.runningOn(name)).map(({ id }) => id));
    writeFileSync(this.#gate, '');
    const { ledger } = this.coordinator.state;
    await this.until(() => [...others].every((id) => ledger.attempts.get(id)?.status.kind === 'ended'));
    expect(others.size).toBeGreaterThan(1);
    for (const id of others) {
      const attempt = ledger.attempts.get(id);
      const x = attempt?.point.params['x'];
      expect(attempt?.status).toMatchObject({
        end: { outcome: { kind: 'succeeded' }, final: { score: x }, artifacts: [{ path: 'model' }] },
      });
      expect(readFileSync(join(this.state, 'artifacts', id, 'model'), 'utf8')).toBe(
        `weights of ${Number(x)}\n`,
      );
      expect(ledger.trials.get(attempt?.trial ?? ('' as never))?.status).toEqual({
        kind: 'succeeded',
        attempt: id,
      });
    }
    expect(this.failed).toBeNull();
  }

  async close(): Promise<void> {
    writeFileSync(this.#gate, '');
    const pids = [...this.coordinator.state.fleet.values()].flatMap(({ link }) =>
      'facts' in link ? [link.facts.pid] : [],
    );
    await this.coordinator.close();
    for (const transport of this.#transports) await transport.close();
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await this.#ssh.close();
    for (const name of names) {
      const folder = join(this.root, 'hosts', name);
      rmSync(socketPath(folder), { force: true });
      rmSync(claimsPath(commonFolder, folder, process.getuid?.() ?? 0), { force: true });
    }
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Every file and folder with all that tells a change. */
function treeOf(folder: string, but: readonly string[]): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (but.includes(path)) return [];
    if (entry.isDirectory()) return [path, ...treeOf(path, but)];
    const { mtimeMs, size, mode } = statSync(path);
    const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
    return [`${path} ${mtimeMs} ${size} ${mode} ${hash}`];
  });
}
