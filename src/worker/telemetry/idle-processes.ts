/** For how long processes on GPUs have not computed: what holds memory and does nothing is a notebook that was forgotten. */
import type { ToldGpu } from './told-gpus.ts';
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
/** A driver of a busy host may say nothing for seconds, and then names the same processes. */
const lingersMs = 30_000;
const deafMs = 15_000;

/** What a process held, when it computed last, and when it was named last. */
interface Known {
  readonly bytes: number;
  readonly at: number;
  readonly seenAt: number;
}

/** Of a GPU: whether its driver tells processes apart, when it told of them last, and since when it does not say who computes. */
interface Teller {
  tells: boolean;
  toldAt: number;
  vagueSince: number | null;
}

export class IdleProcesses {
  /** By GPU and process. What has just come has just computed. */
  #known: ReadonlyMap<string, Known> = new Map();
  readonly #tellers = new Map<string, Teller>();

  look({ gpus, apps, activity, isOurs, now }: Look): void {
    const next = new Map([...this.#known].filter(([, { seenAt }]) => now - seenAt <= lingersMs));
    for (const { gpu } of gpus) {
      const here = apps.filter(({ uuid }) => uuid === gpu.uuid);
      const told = activity.filter(({ index }) => index === gpu.index);
      const isBeside = here.some(({ pid }) => isOurs(pid));
      const computes = this.#computesOn(gpu, told, isBeside, now);
      for (const { pid, bytes } of here) {
        const before = this.#known.get(keyOf(gpu.uuid, pid));
        const isIdle = before !== undefined && before.bytes === bytes && !computes(pid);
        next.set(keyOf(gpu.uuid, pid), { bytes, at: isIdle ? before.at : now, seenAt: now });
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
    const teller = this.#tellers.get(uuid) ?? { tells: false, toldAt: now, vagueSince: null };
    this.#tellers.set(uuid, teller);
    if (told.length > 0) teller.toldAt = now;
    // Of a process that idles some drivers say 0, others nothing: that says nothing before another one was told of.
    const isTelling = teller.tells || told.some(({ computes }) => computes !== null);
    teller.tells = isTelling && now - teller.toldAt <= deafMs;
    const isKnown = teller.tells || utilisation === 0;
    teller.vagueSince = isKnown ? null : (teller.vagueSince ?? now);
    if (teller.vagueSince === null) {
      const busy = new Set(told.flatMap(({ pid, computes }) => (computes === true ? [pid] : [])));
      return (pid) => busy.has(pid);
    }
    const isOver = now - teller.vagueSince >= vagueMs;
    return () => !isBeside || isOver;
  }
}

const keyOf = (uuid: string, pid: number): string => `${uuid} ${pid}`;
