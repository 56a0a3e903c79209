/**
 * What others want of a host's cores. Pure but for the counters that it is handed.
 *
 * What they get says little: the kernel shares its cores equally among threads, or among the groups that these are in (a
 * session where sched_autogroup_enabled, a user's slice under systemd, a container), so nine busy loops beside two trials of
 * ours may get half of the cores. So threads are counted that can run, whether they do or not (`procs_running`), less ours.
 * One such thread is taken to want one core, whatever share its group or its niceness would give it.
 */
import type { Counters } from './kernel-counters.ts';

/** What our own trials want and have had. */
export interface OurDemand {
  /** Trials that run. */
  readonly count: number;
  /** CPU time so far, in milliseconds. */
  readonly cpuMs: number;
  /** Threads that can run, and that wait for a disk. */
  readonly runnable: number;
  readonly blocked: number;
  /** Processes of others that wait for what does not come. */
  readonly stuckOthers: number;
}

/** One look. Below zero where ours were counted a moment later than all: the mean makes up for it. */
interface Look {
  readonly at: number;
  /** Threads of others that want a core or wait for a disk. */
  readonly wanted: number;
  /** Cores that others had since the look before; null for the first. */
  readonly used: number | null;
}

/** What counts is a mean: threads come and go within milliseconds, and a look sees one moment. */
const meanMs = 10_000;

export class OthersLoad {
  #looks: readonly Look[] = [];
  #before: { readonly at: number; readonly busyMs: number; readonly ourMs: number } | null = null;

  /**
   * In cores; a mean of the last 10 s. At the first look nobody knows of a past but the load average.
   *
   * @param load the load average of a minute
   * @param ourMs CPU time of ours, with the agent's own
   */
  read(now: number, load: number, counters: Counters, ours: OurDemand, ourMs: number): number {
    const used = this.#usedSince(now, counters, ourMs);
    // The agent itself is one that runs while it looks.
    const running = counters.running - 1 - ours.runnable;
    const blocked = Math.max(0, counters.blocked - ours.blocked - ours.stuckOthers);
    const earlier = this.#looks.filter(({ at }) => at <= now && now - at < meanMs);
    const past = earlier.length === 0 ? load - ours.runnable - ours.blocked : Number.POSITIVE_INFINITY;
    this.#looks = [...earlier, { at: now, wanted: Math.min(running + blocked, past), used }];
    return Math.max(
      0,
      mean(this.#looks.map(({ wanted }) => wanted)),
      mean(this.#looks.flatMap((look) => look.used ?? [])),
    );
  }

  #usedSince(now: number, { busyMs }: Counters, ourMs: number): number | null {
    const before = this.#before;
    this.#before = { at: now, busyMs, ourMs };
    if (before === null || now <= before.at) return null;
    // What is gone is counted no more.
    const oursSince = Math.max(0, ourMs - before.ourMs);
    return Math.max(0, busyMs - before.busyMs - oursSince) / (now - before.at);
  }
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
