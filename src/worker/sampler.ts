/** What the host and our trials take at one moment: figures of the kernel and of the driver, put together. */
import type { Claims } from './claims/claims.ts';
import { UserNames } from './claims/user-names.ts';
import type { MeasuredFigures, MeasuredShare, OtherProcess } from './core/event.ts';
import type { Hold } from '../model/hold.ts';
import type { Supervisor } from './supervisor/supervisor.ts';
import { bytesByAttempt, gpuBytesOfSession, measuredGpus } from './telemetry/gpu-use.ts';
import { readHold } from './telemetry/hold-file.ts';
import type { HostFiguresReader } from './telemetry/host-figures.ts';
import { IdleProcesses } from './telemetry/idle-processes.ts';
import type { NvidiaSmi } from './telemetry/nvidia-smi.ts';
import type { AppLine } from './telemetry/nvidia-smi-lines.ts';
import { uidOf } from './telemetry/process-stat.ts';

export type Sample =
  /** Trials go on without figures, and are looked at again in a second. */
  { readonly kind: 'none'; readonly because: string } | ({ readonly kind: 'taken' } & Taken);

interface Taken {
  readonly figures: MeasuredFigures;
  readonly shares: readonly MeasuredShare[];
  /** What other accounts claim. */
  readonly claims: ReturnType<Claims['look']>;
}

export class Sampler {
  readonly #supervisor: Supervisor;
  readonly #nvidia: NvidiaSmi;
  readonly #host: HostFiguresReader;
  readonly #holdFile: string;
  readonly #users = new UserNames();
  readonly #idle = new IdleProcesses();
  /** What the driver listed at the last sample. */
  #apps: readonly AppLine[] = [];

  /** @param holdFile what empties this host while it is there */
  constructor(supervisor: Supervisor, nvidia: NvidiaSmi, host: HostFiguresReader, holdFile: string) {
    this.#supervisor = supervisor;
    this.#nvidia = nvidia;
    this.#host = host;
    this.#holdFile = holdFile;
  }

  /** @param now of the host's monotonic clock, in milliseconds */
  take(claims: Claims, now: number): Sample {
    try {
      return { kind: 'taken', ...this.#measure(claims, now) };
    } catch (error) {
      return { kind: 'none', because: error instanceof Error ? error.message : String(error) };
    }
  }

  #measure(claims: Claims, now: number): Taken {
    const supervisor = this.#supervisor;
    const taken = supervisor.sample();
    const apps = this.#nvidia.apps();
    this.#apps = apps;
    const gpuBytes = bytesByAttempt(apps, supervisor.ownerOf);
    const shares = taken.map((share) => ({ ...share, gpuMemoryBytes: gpuBytes.get(share.attempt) ?? 0 }));
    const cpuMs = shares.reduce((total, share) => total + share.cpuMs, supervisor.launcherCpuMs);
    const ours = { ...supervisor.demand(), count: supervisor.runningCount, cpuMs };
    const host = this.#host.read(now, ours);
    const heard = claims.look();
    const claimed = new Set(heard.others.flatMap(({ session }) => session ?? []));
    const gpus = this.#nvidia.gpus;
    const activity = this.#nvidia.activity();
    const isOurs = (pid: number): boolean => typeof supervisor.ownerOf(pid) === 'string';
    this.#idle.look({ gpus, apps, activity, isOurs, now });
    const otherOf = (app: AppLine): OtherProcess => ({
      user: this.#userOf(app.pid),
      isClaimed: claimed.has(supervisor.sessionOf(app.pid) ?? Number.NaN),
      idleMs: this.#idle.idleMs(app, now),
    });
    const measured = measuredGpus(gpus, apps, supervisor.ownerOf, otherOf, host, now);
    return {
      figures: { ...host, gpus: measured, hold: this.#hold() },
      shares,
      claims: heard,
    };
  }

  /** Null where this host hides whose processes are, or has none of that number. */
  #userOf(pid: number): string | null {
    const uid = this.#supervisor.ownerOf(pid) === undefined ? null : uidOf(pid);
    return uid === null ? null : this.#users.of(uid);
  }

  #hold(): Hold | null {
    const held = readHold(this.#holdFile);
    return held === null ? null : { file: this.#holdFile, user: this.#users.of(held.uid), ms: held.ms };
  }

  /** What the processes of a session took at the last sample, of a GPU and of the host's memory, in bytes. */
  shownOf(session: number, device: string): { readonly hostBytes: number; readonly gpuBytes: number } {
    return {
      hostBytes: this.#supervisor.memoryOf(session),
      gpuBytes: gpuBytesOfSession(this.#apps, this.#supervisor.sessionOf, session, device),
    };
  }
}
