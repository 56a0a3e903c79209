/** Trials on their way to a process: prepared, asked of the launcher, and told of when it has answered. */
import type { Launch } from '../../model/launch.ts';
import type { Outcome } from '../../model/result/outcome.ts';
import type { Lease } from '../../protocol/messages.ts';
import type { Surroundings } from '../core/preparation.ts';
import { type ContentHash, contentHash } from '../../model/ids.ts';
import type { ContentKeeper, Sound } from '../spool/content-keeper.ts';
import type { Login } from './trial-environment.ts';
import type { HostFolder, RunFolder } from '../spool/host-folder.ts';
import type { AttemptSecrets } from '../secrets/attempt-secrets.ts';
import { changedCode, type LaunchReport, type StartRequest } from './launch-report.ts';
import { Launcher } from './launcher.ts';
import { LaunchPlaces, outcomeOfError, prepareTrial } from './prepare.ts';

export interface StartsOptions {
  readonly host: HostFolder;
  /** The command that starts trials for this process (launch-trials.ts). */
  readonly launcher: readonly string[];
  /** What trials inherit that start now. */
  readonly login: () => Login;
  /** What vouches for the programs' files. */
  readonly keeper: ContentKeeper;
  /** Takes all that is posted by `act` in one turn. */
  readonly together: (act: () => void) => void;
  /** Where it is noted what is taken out of their words. */
  readonly secrets: AttemptSecrets;
}

/** An attempt that the launcher was asked to start. */
export interface Start {
  readonly lease: Lease;
  readonly launch: Launch;
  readonly run: RunFolder;
  readonly request: StartRequest;
  /** Whether the program's files could not be copied as they were found once, and were looked through. */
  readonly isSecond: boolean;
}

export interface Over {
  readonly attempt: string;
  readonly launch: Launch;
  readonly succeeded: boolean;
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
  /** Files whose inodes or times are others at each look, as on some file systems: they are held against their hashes each time. */
  readonly #unsteady = new Set<string>();
  #isClosed = false;

  constructor(options: StartsOptions, listener: StartsListener) {
    this.#options = options;
    this.#listener = listener;
    this.#places = new LaunchPlaces(options.host);
    this.#launcher = new Launcher({
      command: options.launcher,
      environment: () => options.login().environment,
      reported: (reports) =>
        options.together(() => {
          for (const report of reports) this.#reported(report);
        }),
      lost: (unanswered, error) => this.#lost(unanswered, error),
    });
  }

  /** Null where it is gone. */
  get launcherPid(): number | null {
    return this.#launcher.pid;
  }

  begin(lease: Lease, launch: Launch, surroundings: Surroundings): void {
    const { keeper } = this.#options;
    const files = surroundings.prepared.setup === null ? launch.files : null;
    if (files === null || (keeper.foundSound(files) !== null && !this.#unsteady.has(files)))
      return this.#prepare(lease, launch, surroundings);
    // An agent that began anew goes on with what waits before anybody has asked for the files.
    void this.#isSound(files).then(() => this.#prepare(lease, launch, surroundings));
  }

  #prepare(lease: Lease, launch: Launch, surroundings: Surroundings): void {
    if (this.#isClosed) return;
    const { host, login, secrets } = this.#options;
    const { environment, umask } = login();
    const { attempt } = lease;
    const note = (): void => secrets.note(attempt, surroundings.passed);
    const foundSound = (files: ContentHash): Sound | null => this.#foundSound(files);
    const prepared = prepareTrial(
      { host, places: this.#places, foundSound, umask, base: environment, note },
      lease,
      launch,
      surroundings,
    );
    if (prepared.kind === 'not-prepared') return this.#listener.failed(attempt, prepared.outcome);
    const { run, copy, argv, environment: added } = prepared;
    const request: StartRequest = {
      kind: 'start',
      attempt,
      argv: [run.exit, umask.toString(8), ...argv],
      workFolder: run.work,
      copy,
      log: run.log,
      environment: added,
    };
    this.#ask({ lease, launch, run, request, isSecond: false });
  }

  #ask(start: Start): void {
    this.#asked.set(start.request.attempt, start);
    this.#launcher.start(start.request);
  }

  /** Nothing of an attempt runs, and all that it left has been read. */
  isOver({ attempt, launch, succeeded }: Over): void {
    if (launch.files !== null || launch.setup !== null) this.#launcher.isOver(attempt, succeeded);
  }

  /** Nothing is started any more; trials run on. */
  close(): void {
    this.#isClosed = true;
    this.#launcher.close();
  }

  #reported(report: LaunchReport): void {
    const { attempt } = report;
    if (report.kind === 'exited') return this.#listener.exited(attempt);
    const start = this.#answered(attempt);
    if (start === null) return;
    if (report.kind === 'started') return this.#listener.started(start, report.pid);
    if (report.code === changedCode) return void this.#lookThrough(start);
    const error = Object.assign(new Error(report.message), { code: report.code });
    this.#listener.failed(attempt, outcomeOfError(error, start.run.root));
  }

  /** The program's files are not as they were: they are held against their hashes, and copied again where they are sound. */
  async #lookThrough(start: Start): Promise<void> {
    const { launch, request, isSecond } = start;
    const { copy, attempt } = request;
    const files = launch.files ?? contentHash('');
    const isSound = await this.#isSound(files);
    if (this.#isClosed || copy === null) return;
    if (!isSound) {
      const message = `the program's files in ${copy.from} were changed there; they come again`;
      return this.#listener.failed(attempt, { kind: 'not-started', reason: 'content-missing', message });
    }
    if (isSecond) this.#unsteady.add(files);
    const print = this.#foundSound(files)?.print ?? null;
    this.#ask({ ...start, request: { ...request, copy: { ...copy, print } }, isSecond: true });
  }

  #foundSound(files: ContentHash): Sound | null {
    const sound = this.#options.keeper.foundSound(files);
    return sound !== null && this.#unsteady.has(files) ? { print: null } : sound;
  }

  /** What cannot be looked at is not. */
  #isSound(files: ContentHash): Promise<boolean> {
    return this.#options.keeper.has(files).catch(() => false);
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
