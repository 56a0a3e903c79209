/** What the host and our trials take at one moment: figures of the kernel and of the driver, put together. */
import type { Claims } from './claims/claims.ts';
import type { MeasuredFigures, MeasuredShare } from './core/event.ts';
import type { Supervisor } from './supervisor/supervisor.ts';
import { bytesByAttempt, gpuBytesOfSession, measuredGpus } from './telemetry/gpu-use.ts';
import type { HostFiguresReader } from './telemetry/host-figures.ts';
import type { NvidiaSmi } from './telemetry/nvidia-smi.ts';
import type { AppLine } from './telemetry/nvidia-smi-lines.ts';

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
  /** What the driver listed at the last sample. */
  #apps: readonly AppLine[] = [];

  constructor(supervisor: Supervisor, nvidia: NvidiaSmi, host: HostFiguresReader) {
    this.#supervisor = supervisor;
    this.#nvidia = nvidia;
    this.#host = host;
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
    const isClaimed = (pid: number): boolean => claimed.has(supervisor.sessionOf(pid) ?? Number.NaN);
    const gpus = measuredGpus(this.#nvidia.gpus, apps, supervisor.ownerOf, isClaimed, host, now);
    return { figures: { ...host, gpus }, shares, claims: heard };
  }

  /** What the processes of a session took at the last sample, of a GPU and of the host's memory, in bytes. */
  shownOf(session: number, device: string): { readonly hostBytes: number; readonly gpuBytes: number } {
    return {
      hostBytes: this.#supervisor.memoryOf(session),
      gpuBytes: gpuBytesOfSession(this.#apps, this.#supervisor.sessionOf, session, device),
    };
  }
}
