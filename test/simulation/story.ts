import type { Lease } from '../../src/protocol/messages.ts';

/** What happened, for the person who replays a seed, and for the checks that stand outside of both cores. */
export class Story {
  readonly lines: string[] = [];
  readonly #now: () => number;
  /** Every start of a program: where, and of which attempt. */
  readonly starts: {
    readonly at: number;
    readonly host: string;
    readonly attempt: string;
    readonly trial: string;
  }[] = [];
  /** Executions to a good end, by trial. */
  readonly completions = new Map<string, string[]>();
  /** Attempts that may run beside another of their trial, or for nothing: something happened that explains it. */
  readonly excused = new Set<string>();
  /** What a coordinator was told that it runs, and ended, though its ledger knows nothing of it. */
  readonly strangersEnded: { readonly host: string; readonly attempt: string }[] = [];
  /** What ran on a host when it lost its power. */
  readonly powerLosses: { readonly host: string; readonly running: readonly Lease[] }[] = [];
  faults = 0;
  /** Attempts that were told to stand still, and that gave way. */
  stopped = 0;
  evicted = 0;
  /** Checkpoints that went to another host. */
  carried = 0;
  /** The first promise that was seen broken where it was broken. */
  broken: string | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  tell(text: string): void {
    this.lines.push(`${(this.#now() / 1_000).toFixed(3).padStart(9)}  ${text}`);
  }

  started(host: string, lease: Lease): void {
    this.starts.push({ at: this.#now(), host, attempt: lease.attempt, trial: lease.trial });
    this.tell(`${host}: ${lease.attempt} of ${lease.trial} starts`);
  }

  hasCompleted(attempt: string): boolean {
    return [...this.completions.values()].some((attempts) => attempts.includes(attempt));
  }

  excuse(attempt: string): void {
    this.excused.add(attempt);
  }

  breach(text: string): void {
    this.broken ??= text;
  }

  completed(lease: Lease): void {
    this.completions.set(lease.trial, [...(this.completions.get(lease.trial) ?? []), lease.attempt]);
  }
}
