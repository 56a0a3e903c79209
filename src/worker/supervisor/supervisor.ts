/** Trials as processes: started, found again, watched, ended. Tells what happened as events of the core. */
import { rm } from 'node:fs/promises';
import type { Launch } from '../../model/launch.ts';
import type { DiskSeen } from '../../model/result/disk-use.ts';
import type { Lease } from '../../protocol/messages.ts';
import type { Evidence, WorkerEvent } from '../core/event.ts';
import type { Instruction, SignalName } from '../core/instruction.ts';
import { nothingRead, type Offsets } from '../core/journal-record.ts';
import type { Surroundings } from '../core/preparation.ts';
import type { ProcessIdentity } from '../core/state.ts';
import { checkpointBytes, hasCheckpoint } from '../spool/checkpoint.ts';
import { preventStart } from '../spool/exit-record.ts';
import { checkpointFolder, type RunFolder, runFolder } from '../spool/host-folder.ts';
import type { Demand } from '../telemetry/demand.ts';
import type { ControlGroups } from '../telemetry/control-groups.ts';
import type { KernelUnits } from '../telemetry/kernel-units.ts';
import { readOomKills } from '../telemetry/oom-kills.ts';
import { readProcessStat } from '../telemetry/process-stat.ts';
import { ProcessTable } from '../telemetry/process-table.ts';
import { diskFree, isDiskFull } from '../telemetry/disk-free.ts';
import { gather, unreadable } from './gather.ts';
import { hasFailed, makeRoom } from './make-room.ts';
import { isLogLong, shortenLog, type Take, takeOf } from './live-lines.ts';
import { MetricsSources } from './metrics-sources.ts';
import { ProcessOwners, type ProcessShare, sharesOf } from './process-owners.ts';
import { Leftovers } from './leftovers.ts';
import { groupLives, isSameProcess, Sessions } from './session.ts';
import { type Start, Starts, type StartsOptions } from './starts.ts';
import { takenBytes } from './taken-bytes.ts';

export interface SupervisorOptions extends StartsOptions {
  readonly units: KernelUnits;
  /** Where /proc is; a bed may put figures of its own in its place. */
  readonly procRoot: string;
  readonly groups: ControlGroups;
  /** The host's monotonic clock, in milliseconds. */
  readonly now: () => number;
  /** Takes what happens; called within the turn for what is known at once, else in a turn of its own. */
  readonly post: (event: WorkerEvent) => void;
}

/** An attempt whose processes are watched. */
interface Watched {
  readonly attempt: string;
  readonly trial: string;
  readonly process: ProcessIdentity;
  readonly run: RunFolder;
  readonly launch: Launch;
  readonly offsets: Offsets;
  readonly startedAt: number;
  /** Null until a look: most short trials are read once, at their end. */
  sources: MetricsSources | null;
  /** The launcher is its parent and tells of its end; else it has to be looked after. */
  readonly isChild: boolean;
  /** It was told to stand still. */
  isSuspended: boolean;
  /** What was free of the disk when it began; null where another agent saw that. */
  readonly beganBytes: number | null;
  /** Nothing was left of the disk when it ended. */
  endedOnFullDisk: boolean;
  /** What it had written by then; null before it is asked for. */
  disk: DiskSeen | null;
}

/** Whether nobody will want to look at what it ran as. */
const mayHaveSucceeded = ({ exit, lines, standing, printed }: Evidence, hasResult: boolean): boolean =>
  exit === 0 && (hasResult || lines.length + (standing?.length ?? 0) + printed.length > 0);

/** A trial that ran for less leaves nothing behind that the next sample would not find soon enough. */
const briefMs = 2_000;

/** Of several that fail on a full disk the first makes room when it is over, and the others failed for want of it as well. */
const fullForMs = 10_000;

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #table: ProcessTable;
  readonly #sessions: Sessions;
  readonly #owners: ProcessOwners;
  readonly #starts: Starts;
  readonly #running = new Map<string, Watched>();
  /** Ended, not gathered yet. */
  readonly #ended = new Map<string, Watched>();
  readonly #leftovers = new Leftovers();
  #oomKills: number | null;
  /** When the disk was seen full last, by `now`. */
  #fullAt = Number.NEGATIVE_INFINITY;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#table = new ProcessTable(options.host.runs);
    this.#sessions = new Sessions(this.#table);
    this.#owners = new ProcessOwners(this.#table, options.now);
    this.#starts = new Starts(options, {
      started: (start, pid) => this.#started(start, pid),
      failed: (attempt, outcome) => options.post({ kind: 'spawn-failed', attempt, outcome }),
      exited: (attempt) => this.#childExited(attempt),
      launcherLost: (unanswered) => this.#launcherLost(unanswered),
    });
    this.#oomKills = readOomKills(options.procRoot, options.groups);
  }

  /** CPU time of the launcher and of the trials that it has seen end. */
  get launcherCpuMs(): number {
    const { launcherPid } = this.#starts;
    const stat = launcherPid === null ? null : readProcessStat(launcherPid);
    return (stat?.cpuTicks ?? 0) * this.#options.units.tickMs;
  }

  get runningCount(): number {
    return this.#running.size;
  }

  /** Whether there is something to look at in a second. */
  get isWatching(): boolean {
    return this.#running.size > 0 || this.#leftovers.isWatching;
  }

  /** Whether trials run that another agent started. */
  get hasAdopted(): boolean {
    return [...this.#running.values()].some(({ isChild }) => !isChild);
  }

  spawn(lease: Lease, launch: Launch, surroundings: Surroundings): void {
    this.#starts.begin(lease, launch, surroundings);
  }

  /** Nothing is started or watched any more. */
  close(): void {
    this.#starts.close();
  }

  /** Finds the processes of an attempt that another agent started; what is left of one that is gone is ended. */
  adopt(lease: Lease, launch: Launch, process: ProcessIdentity | null, offsets: Offsets): void {
    const { attempt } = lease;
    const run = runFolder(this.#options.host, attempt);
    // What was asked to start may start still, between two looks: not once that was prevented.
    const seen = this.#identify(attempt, process, run);
    const isPrevented = seen === null && preventStart(run);
    const found = isPrevented ? null : (seen ?? this.#identify(attempt, process, run));
    const startedAt = this.#options.now();
    if (found !== null && isSameProcess(found)) {
      const watched = {
        attempt,
        trial: lease.trial,
        process: found,
        run,
        launch,
        offsets,
        startedAt,
        sources: null,
        isChild: false,
        isSuspended: false,
        beganBytes: null,
        endedOnFullDisk: false,
        disk: null,
      };
      this.#running.set(attempt, watched);
      return this.#options.post({
        kind: 'spawned',
        attempt,
        at: null,
        process: found,
        oomKills: this.#oomKills,
      });
    }
    if (isPrevented && process === null) {
      // Its exit record stays: it keeps what is between a fork and its exec from starting still.
      rm(run.work, { recursive: true, force: true }).catch(() => {});
      return this.#options.post({ kind: 'never-started', attempt });
    }
    // The number of a leader that is gone may be another's by now: only the mark is followed.
    this.#sessions.killAll(attempt, null);
    this.#leftovers.ended(attempt, null);
    this.#options.post({ kind: 'exited', attempt });
  }

  /** What no sample has seen is known by its mark, where marks can be read. */
  #identify(attempt: string, process: ProcessIdentity | null, run: RunFolder): ProcessIdentity | null {
    if (process !== null && (process.startTime !== null || !this.#table.isReadable)) return process;
    return this.#sessions.findWrapper(attempt, run.exit);
  }

  signal(attempt: string, name: SignalName): void {
    const watched = this.#running.get(attempt);
    if (watched === undefined || (!watched.isChild && !isSameProcess(watched.process))) return;
    const { process } = watched;
    if (name === 'KILL') return this.#sessions.killAll(attempt, process.pid);
    watched.isSuspended = name === 'STOP';
    this.#sessions.signal(attempt, process.pid, `SIG${name}` as const);
    // What is stopped hears of it only when it goes on.
    if (name === 'TERM') this.#sessions.signal(attempt, process.pid, 'SIGCONT');
  }

  /** Removes what an attempt made that is over. */
  discard(attempt: string): void {
    makeRoom(runFolder(this.#options.host, attempt));
  }

  gather({ lease, launch, offsets, hasResult }: Extract<Instruction, { kind: 'gather' }>): void {
    const { attempt } = lease;
    const watched = this.#ended.get(attempt);
    this.#ended.delete(attempt);
    const run = watched?.run ?? runFolder(this.#options.host, attempt);
    const sources = watched?.sources ?? new MetricsSources(run, launch, offsets);
    const seen = watched?.isChild === true;
    const oomKills = (): number | null => readOomKills(this.#options.procRoot, this.#options.groups);
    const left = (): number | null => checkpointBytes(this.#options.host, lease.trial);
    const post = (event: WorkerEvent): void => {
      this.#options.post(event);
      const succeeded = event.kind === 'gathered' && mayHaveSucceeded(event.evidence, hasResult);
      this.#leftovers.gathered({ attempt, launch, succeeded });
    };
    const redaction = this.#options.secrets.of(attempt);
    const read = this.#takeOf(attempt, launch, sources);
    try {
      const diskFull = watched?.endedOnFullDisk === true;
      const disk = (): DiskSeen | null => (watched === undefined ? null : this.#diskOf(watched));
      const facts = { seen, diskFull, disk, hasResult, oomKills, checkpointBytes: left, read, redaction };
      const evidence = gather(run, launch, sources, facts);
      if (!(evidence instanceof Promise)) return post({ kind: 'gathered', attempt, evidence });
      evidence.then(
        (gathered) => post({ kind: 'gathered', attempt, evidence: gathered }),
        (error: unknown) => post(unreadable(attempt, redaction, error)),
      );
    } catch (error) {
      post(unreadable(attempt, redaction, error));
    }
  }

  /** Reads the metrics lines that came, and shortens logs that have grown too long. */
  readLines(): void {
    for (const watched of this.#running.values()) {
      const { attempt, launch, run, process } = watched;
      const sources = this.#sourcesOf(watched);
      try {
        const take = this.#takeOf(attempt, launch, sources);
        take(sources.read(false));
        if (isLogLong(run.log))
          this.#sessions.whileStopped(attempt, process.pid, !watched.isSuspended, () =>
            shortenLog(run.log, sources, take),
          );
      } catch {
        // A file that cannot be read now is read with the next look, or when the trial ends.
      }
    }
  }

  #lookAtDisk(): void {
    if (isDiskFull(this.#options.host.runs)) this.#fullAt = this.#options.now();
  }

  /** Asked before what it made is removed. */
  #diskOf({ disk, beganBytes, run, trial }: Watched): DiskSeen | null {
    if (disk !== null || beganBytes === null) return disk;
    const { host } = this.#options;
    const wroteBytes = takenBytes(run.root, checkpointFolder(host, trial));
    return { wroteBytes, beganBytes, leftBytes: diskFree(host.runs) };
  }

  /** What every running attempt takes; ends what those that are over have left behind. */
  sample(): (ProcessShare & { readonly hasCheckpoint: boolean })[] {
    this.#oomKills = readOomKills(this.#options.procRoot, this.#options.groups);
    this.#lookAtDisk();
    const leaders = new Map([...this.#running].map(([attempt, { process }]) => [attempt, process.pid]));
    const owned = this.#owners.look([...this.#leftovers.sessions, ...leaders], this.isWatching);
    const live = new Set(owned.map(({ attempt }) => attempt));
    const { toEnd, over } = this.#leftovers.afterSample(live, this.#owners.sight);
    for (const [attempt, session] of toEnd) this.#sessions.killAll(attempt, session);
    for (const one of over) this.#starts.isOver(one);
    return sharesOf(owned, leaders, this.#options.units).map((share) => {
      const trial = this.#running.get(share.attempt)?.trial;
      return { ...share, hasCheckpoint: trial !== undefined && hasCheckpoint(this.#options.host, trial) };
    });
  }

  /** The attempt of a process at the last sample; null: not ours; undefined: not there. */
  readonly ownerOf = (pid: number): string | null | undefined => this.#owners.ownerOf(pid);

  /** What ours wanted of the host at the last sample. */
  readonly demand = (): Demand => this.#owners.demand;

  /** The session of a process at the last sample; null: not there. */
  readonly sessionOf = (pid: number): number | null => this.#owners.sessionOf(pid);

  /** Host memory of a session's processes at the last sample, in bytes, whoever they belong to. */
  readonly memoryOf = (session: number): number =>
    this.#owners.residentPagesOf(session) * this.#options.units.pageBytes;

  /** Adopted trials have another parent: whether they have ended has to be asked. */
  lookAfterAdopted(): void {
    for (const watched of this.#running.values())
      if (!watched.isChild && !isSameProcess(watched.process)) this.#exited(watched);
  }

  #started({ lease, launch, run }: Start, pid: number): void {
    const { attempt } = lease;
    const process = { pid, startTime: null };
    const startedAt = this.#options.now();
    const { trial } = lease;
    const watched = { attempt, trial, process, run, launch, offsets: nothingRead, startedAt, sources: null };
    const beganBytes = diskFree(this.#options.host.runs);
    const now = { isChild: true, isSuspended: false, beganBytes, endedOnFullDisk: false, disk: null };
    this.#running.set(attempt, { ...watched, ...now });
    this.#options.post({ kind: 'spawned', attempt, at: startedAt, process, oomKills: this.#oomKills });
  }

  #childExited(attempt: string): void {
    const watched = this.#running.get(attempt);
    if (watched !== undefined) this.#exited(watched);
  }

  /** Its trials have another parent now, and what it has not answered for is looked for as after a restart. */
  #launcherLost(unanswered: readonly Start[]): void {
    for (const [attempt, watched] of this.#running)
      this.#running.set(attempt, { ...watched, isChild: false });
    // Before what is given back comes again: who ends one after the other is waited for.
    if (unanswered.length > 0) this.#options.post({ kind: 'launcher-lost' });
    for (const { lease, launch } of unanswered) this.adopt(lease, launch, null, nothingRead);
  }

  /** The wrapper is gone. Whatever else is there of the attempt goes before its room is given to another. */
  #exited(watched: Watched): void {
    const { attempt, process, run, startedAt } = watched;
    this.#running.delete(attempt);
    this.#ended.set(attempt, watched);
    const ranLong = this.#options.now() - startedAt > briefMs;
    if (ranLong || groupLives(process.pid)) this.#sessions.killAll(attempt, process.pid);
    this.#leftovers.ended(attempt, process.pid);
    this.#lookAtDisk();
    watched.endedOnFullDisk = this.#options.now() - this.#fullAt < fullForMs;
    // At once: an agent that cannot write its journal does nothing else before it can.
    if (watched.endedOnFullDisk && hasFailed(run)) {
      watched.disk = this.#diskOf(watched);
      makeRoom(run);
    }
    this.#options.post({ kind: 'exited', attempt });
  }

  #takeOf(attempt: string, launch: Launch, sources: MetricsSources): Take {
    return takeOf(attempt, launch, sources, this.#options);
  }

  #sourcesOf(watched: Watched): MetricsSources {
    watched.sources ??= new MetricsSources(watched.run, watched.launch, watched.offsets);
    return watched.sources;
  }
}
