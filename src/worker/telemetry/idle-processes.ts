/** For how long processes on GPUs have not computed: what holds memory and does nothing is a notebook that was forgotten. */
import type { ToldGpu } from './nvidia-smi.ts';
import type { AppLine } from './nvidia-smi-lines.ts';
import type { ActivityLine } from './process-activity.ts';

/** What the driver tells at one moment. */
export interface Look {
  readonly gpus: readonly Pick<ToldGpu, 'gpu'>[];
  readonly apps: readonly AppLine[];
  readonly activity: readonly ActivityLine[];
  readonly isOurs: (pid: number) => boolean;
  /** Milliseconds of a monotonic clock. */
  readonly now: number;
}

/** A driver tells of a process a second later than of its GPU. */
const vagueMs = 3_000;

export class IdleProcesses {
  /** By GPU and process: what it held, and when it computed last. What has just come has just computed. */
  #known: ReadonlyMap<string, { readonly bytes: number; readonly at: number }> = new Map();
  /** By GPU: whether its driver tells processes apart, and since when it does not say who computes. */
  readonly #gpus = new Map<string, { tells: boolean; vagueSince: number | null }>();

  look({ gpus, apps, activity, isOurs, now }: Look): void {
    const next = new Map<string, { bytes: number; at: number }>();
    for (const { gpu } of gpus) {
      const here = apps.filter(({ uuid }) => uuid === gpu.uuid);
      const told = activity.filter(({ index }) => index === gpu.index);
      const isBeside = here.some(({ pid }) => isOurs(pid));
      const computes = this.#computesOn(gpu, told, isBeside, now);
      for (const { pid, bytes } of here) {
        const before = this.#known.get(keyOf(gpu.uuid, pid));
        const isIdle = before !== undefined && before.bytes === bytes && !computes(pid);
        next.set(keyOf(gpu.uuid, pid), { bytes, at: isIdle ? before.at : now });
      }
    }
    this.#known = next;
  }

  idleMs({ uuid, pid }: Pick<AppLine, 'uuid' | 'pid'>, now: number): number {
    return now - (this.#known.get(keyOf(uuid, pid))?.at ?? now);
  }

  /**
   * By process where the driver tells. Where it does not, by the GPU: whoever is there computes while the GPU does, unless that
   * may be ours, and from then on everybody does, since nobody could tell when they begin.
   */
  #computesOn(
    { uuid, utilisation }: ToldGpu['gpu'],
    told: readonly ActivityLine[],
    isBeside: boolean,
    now: number,
  ): (pid: number) => boolean {
    const watch = this.#gpus.get(uuid) ?? { tells: false, vagueSince: null };
    this.#gpus.set(uuid, watch);
    const busy = new Set(told.flatMap(({ pid, computes }) => (computes === true ? [pid] : [])));
    // Of a process that idles some drivers say 0, others nothing: that says nothing before another one was told of.
    watch.tells = told.length > 0 && (watch.tells || told.some(({ computes }) => computes !== null));
    const isTold = watch.tells || utilisation === 0;
    watch.vagueSince = isTold ? null : (watch.vagueSince ?? now);
    if (watch.vagueSince === null) return (pid) => busy.has(pid);
    const isOver = now - watch.vagueSince >= vagueMs;
    return () => !isBeside || isOver;
  }
}

const keyOf = (uuid: string, pid: number): string => `${uuid} ${pid}`;
