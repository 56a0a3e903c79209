/** Whose the processes of a host are, and what those of each attempt take together. */
import type { MeasuredShare } from '../core/event.ts';
import type { KernelUnits } from '../telemetry/kernel-units.ts';
import { type Demand, demandOf, noDemand, Stuck } from '../telemetry/demand.ts';
import type { ProcessStat } from '../telemetry/process-stat.ts';
import type { ProcessTable } from '../telemetry/process-table.ts';

/** What is known of an attempt by its processes alone. */
export type ProcessShare = Omit<MeasuredShare, 'gpuMemoryBytes' | 'hasCheckpoint'>;

interface OwnedProcess {
  readonly stat: ProcessStat;
  readonly attempt: string;
}

/** A process at the sample that saw it last: its attempt, or null where it is not ours. */
interface Seen {
  readonly attempt: string | null;
  readonly session: number;
  readonly residentPages: number;
  readonly at: number;
}

/**
 * Partial: in the middle of an exec a process has no mark to be known by; what has no environment at two looks has none at
 * all. None: nobody can be looked at.
 */
export type Sight = 'whole' | 'partial' | 'none';

/** The driver lists a process for a moment longer than it lives: it is not somebody else's then. */
const lingersMs = 5_000;

/** Of its time, what an idle agent spends on looking at processes: a server may have thousands of them. */
const idleShare = 0.005;

export class ProcessOwners {
  readonly #table: ProcessTable;
  /** The host's monotonic clock, in milliseconds. */
  readonly #now: () => number;
  /** The processes of the last sample, and those of ours that are gone since a short while. */
  #seen: ReadonlyMap<number, Seen> = new Map();
  /** Those that had no environment to look at, by when they started. */
  #unknown: ReadonlyMap<number, number> = new Map();
  #sight: Sight = 'none';
  readonly #stuck = new Stuck();
  #demand = noDemand;
  /** The next look that nobody is in need of. */
  #restsUntil = Number.NEGATIVE_INFINITY;

  constructor(table: ProcessTable, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  /**
   * @param sessions attempts with the sessions of their processes; of two with one session the later has it
   * @param isNeeded something of ours runs, or is looked for; else others are looked at as often as that is cheap
   */
  look(
    sessions: readonly (readonly [attempt: string, session: number])[],
    isNeeded: boolean,
  ): OwnedProcess[] {
    const at = this.#now();
    if (!isNeeded && at < this.#restsUntil) {
      this.#demand = { ...noDemand, stuckOthers: this.#demand.stuckOthers };
      return [];
    }
    const owned = this.#lookAt(sessions, at);
    this.#restsUntil = at + (this.#now() - at) / idleShare;
    return owned;
  }

  #lookAt(sessions: readonly (readonly [attempt: string, session: number])[], at: number): OwnedProcess[] {
    const bySession = new Map(sessions.map(([attempt, session]) => [session, attempt]));
    const seen = new Map(
      [...this.#seen].filter(([, process]) => process.attempt !== null && at - process.at <= lingersMs),
    );
    const owned: OwnedProcess[] = [];
    const unknown = new Map<number, number>();
    const waiting: number[] = [];
    for (const { stat, attempt: mark, isKnown } of this.#table.read()) {
      const attempt = bySession.get(stat.session) ?? mark;
      if (!isKnown && attempt === null) unknown.set(stat.pid, stat.startTime);
      seen.set(stat.pid, { attempt, session: stat.session, residentPages: stat.residentPages, at });
      if (attempt !== null) owned.push({ stat, attempt });
      // Threads of the kernel wait for what may never be to be done.
      else if (stat.state === 'D' && stat.virtualBytes > 0) waiting.push(stat.pid);
    }
    this.#seen = seen;
    const isWhole = [...unknown].every(([pid, startTime]) => this.#unknown.get(pid) === startTime);
    this.#sight = seen.size === 0 ? 'none' : isWhole ? 'whole' : 'partial';
    this.#unknown = unknown;
    const ours = owned.map(({ stat }) => stat);
    this.#demand = demandOf(ours, waiting, this.#stuck);
    return owned;
  }

  /** How much the last look can have seen of what is ours. */
  get sight(): Sight {
    return this.#sight;
  }

  /** What ours wanted of the host at the last look. */
  get demand(): Demand {
    return this.#demand;
  }

  /** The attempt of a process at the last look; null: not ours; undefined: not there. */
  ownerOf(pid: number): string | null | undefined {
    return this.#seen.get(pid)?.attempt;
  }

  /** The session of a process at the last look; null: not there. */
  sessionOf(pid: number): number | null {
    return this.#seen.get(pid)?.session ?? null;
  }

  /** Memory that the processes of a session held at the last look, whoever they belong to. */
  residentPagesOf(session: number): number {
    let pages = 0;
    for (const process of this.#seen.values())
      if (process.session === session) pages += process.residentPages;
    return pages;
  }
}

/** @param leaders the first process of each attempt that runs; what belongs to others is left out */
export function sharesOf(
  owned: readonly OwnedProcess[],
  leaders: ReadonlyMap<string, number>,
  { pageBytes, tickMs }: KernelUnits,
): ProcessShare[] {
  const shares = new Map<string, ProcessShare>();
  for (const { stat, attempt } of owned) {
    const leader = leaders.get(attempt);
    if (leader === undefined) continue;
    const share = shares.get(attempt);
    shares.set(attempt, {
      attempt,
      cpuMs: (share?.cpuMs ?? 0) + stat.cpuTicks * tickMs,
      memoryBytes: (share?.memoryBytes ?? 0) + stat.residentPages * pageBytes,
      startTime: stat.pid === leader ? stat.startTime : (share?.startTime ?? null),
      suspended: (share?.suspended ?? true) && stat.state === 'T',
    });
  }
  return [...shares.values()];
}
