/** Trials on their way to a process: prepared, asked of the launcher, and told of when it has answered. */
import type { Launch } from '../../model/launch.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { Lease } from '../../protocol/messages.ts';
import type { Surroundings } from '../core/preparation.ts';
import type { HostFolder, RunFolder } from '../spool/host-folder.ts';
import type { AttemptSecrets } from '../secrets/attempt-secrets.ts';
import type { LaunchReport } from './launch-report.ts';
import { Launcher } from './launcher.ts';
import { LaunchPlaces, outcomeOfError, prepareTrial } from './prepare.ts';

export interface StartsOptions {
  readonly host: HostFolder;
  /** The command that starts trials for this process (launch-trials.ts). */
  readonly launcher: readonly string[];
  /** What trials inherit that start now. */
  readonly environment: () => Readonly<Record<string, string>>;
  /** Where it is noted what is taken out of their words. */
  readonly secrets: AttemptSecrets;
}

/** An attempt that the launcher was asked to start. */
export interface Start {
  readonly lease: Lease;
  readonly launch: Launch;
  readonly run: RunFolder;
}

/** Who hears what becomes of them. */
export interface StartsListener {
  /** @param pid of the wrapper, the leader of a session of its own */
  started(start: Start, pid: number): void;
  /** Nothing of it has run; within `begin` where that is known at once. */
  failed(attempt: string, outcome: Outcome): void;
  /** The wrapper is gone. */
  exited(attempt: string): void;
  /** All that it had started has another parent now. What it has not answered for may have started or not. */
  launcherLost(unanswered: readonly Start[]): void;
}

export class Starts {
  readonly #options: StartsOptions;
  readonly #listener: StartsListener;
  readonly #places: LaunchPlaces;
  readonly #launcher: Launcher;
  /** Those that the launcher has not answered for. */
  readonly #asked = new Map<string, Start>();

  constructor(options: StartsOptions, listener: StartsListener) {
    this.#options = options;
    this.#listener = listener;
    this.#places = new LaunchPlaces(options.host);
    this.#launcher = new Launcher({
      command: options.launcher,
      environment: options.environment,
      reported: (report) => this.#reported(report),
      lost: (unanswered, error) => this.#lost(unanswered, error),
    });
  }

  /** Null where it is gone. */
  get launcherPid(): number | null {
    return this.#launcher.pid;
  }

  begin(lease: Lease, launch: Launch, surroundings: Surroundings): void {
    const { host, environment, secrets } = this.#options;
    const { attempt } = lease;
    const note = (): void => secrets.note(attempt, surroundings.passed);
    const prepared = prepareTrial(
      { host, places: this.#places, base: environment(), note },
      lease,
      launch,
      surroundings,
    );
    if (prepared.kind === 'not-prepared') return this.#listener.failed(attempt, prepared.outcome);
    const { run, argv, environment: added } = prepared;
    this.#asked.set(attempt, { lease, launch, run });
    this.#launcher.start({
      kind: 'start',
      attempt,
      argv: [run.exit, ...argv],
      workFolder: run.work,
      log: run.log,
      environment: added,
    });
  }

  /** Nothing is started any more; trials run on. */
  close(): void {
    this.#launcher.close();
  }

  #reported(report: LaunchReport): void {
    const { attempt } = report;
    if (report.kind === 'exited') return this.#listener.exited(attempt);
    const start = this.#answered(attempt);
    if (start === null) return;
    if (report.kind === 'started') return this.#listener.started(start, report.pid);
    const error = Object.assign(new Error(report.message), { code: report.code });
    this.#listener.failed(attempt, outcomeOfError(error, start.run.root));
  }

  #lost(attempts: readonly string[], error: Error | null): void {
    const unanswered = attempts.flatMap((attempt) => this.#answered(attempt) ?? []);
    this.#listener.launcherLost(error === null ? unanswered : []);
    if (error === null) return;
    for (const { lease } of unanswered)
      this.#listener.failed(lease.attempt, outcomeOfError(error, 'the launcher of trials'));
  }

  #answered(attempt: string): Start | null {
    const start = this.#asked.get(attempt) ?? null;
    this.#asked.delete(attempt);
    return start;
  }
}
