/** Trials as processes: started, found again, watched, ended. Tells what happened as events of the core. */
import { rm } from 'node:fs/promises';
import type { Launch } from '../../model/launch.ts';
import type { Lease } from '../../protocol/messages.ts';
import type { WorkerEvent } from '../core/event.ts';
import type { ProcessIdentity } from '../core/held-attempt.ts';
import type { Instruction, SignalName } from '../core/instruction.ts';
import { nothingRead, type Offsets } from '../core/journal-record.ts';
import type { Surroundings } from '../core/preparation.ts';
import { hasCheckpoint } from '../spool/checkpoint.ts';
import { type RunFolder, runFolder } from '../spool/host-folder.ts';
import type { Demand } from '../telemetry/demand.ts';
import type { ControlGroups } from '../telemetry/control-groups.ts';
import type { KernelUnits } from '../telemetry/kernel-units.ts';
import { readOomKills } from '../telemetry/oom-kills.ts';
import { readProcessStat } from '../telemetry/process-stat.ts';
import { ProcessTable } from '../telemetry/process-table.ts';
import { diskFree } from '../telemetry/disk-free.ts';
import { diskOf } from './disk-of.ts';
import { EndedAttempts } from './ended-attempts.ts';
import { FoundAgain } from './found-again.ts';
import { FullDisk } from './full-disk.ts';
import { hasFailed, makeRoom } from './make-room.ts';
import { ProcessOwners, type ProcessShare, sharesOf } from './process-owners.ts';
import { Leftovers } from './leftovers.ts';
import { groupLives, isSameProcess, Sessions } from './session.ts';
import { type Start, Starts, type StartsOptions } from './starts.ts';
import { readLive, watch, type Watched } from './watched.ts';

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

/** A trial that ran for less leaves nothing behind that the next sample would not find soon enough. */
const briefMs = 2_000;
/** Nothing takes all memory in so short a time, and who has thousands of those waits for no count. */
const shortestMs = 200;

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #table: ProcessTable;
  readonly #sessions: Sessions;
  readonly #owners: ProcessOwners;
  readonly #starts: Starts;
  readonly #foundAgain: FoundAgain;
  readonly #disk: FullDisk;
  readonly #running = new Map<string, Watched>();
  readonly #leftovers = new Leftovers();
  readonly #ended: EndedAttempts;
  #oomKills: number | null;

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
    this.#foundAgain = new FoundAgain(this.#table, this.#sessions);
    this.#ended = new EndedAttempts(options, this.#leftovers);
    this.#disk = new FullDisk(options.host.runs, options.now);
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
    const found = this.#foundAgain.find(attempt, run, process);
    switch (found.kind) {
      case 'running':
        return this.#watch(lease, launch, run, { process: found.process, offsets, isChild: false });
      case 'never-started':
        // Its exit record stays: it keeps what is between a fork and its exec from starting still.
        rm(run.work, { recursive: true, force: true }).catch(() => {});
        return this.#options.post({ kind: 'never-started', attempt });
      case 'gone':
        // The number of a leader that is gone may be another's by now: only the mark is followed.
        this.#sessions.killAll(attempt, null);
        this.#leftovers.ended(attempt, null);
        return this.#options.post({ kind: 'exited', attempt, oomKills: null });
      default:
        return found satisfies never;
    }
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

  gather(instruction: Extract<Instruction, { kind: 'gather' }>): void {
    this.#ended.gather(instruction);
  }

  /** Reads the metrics lines that came, and shortens logs that have grown too long. */
  readLines(): void {
    for (const watched of this.#running.values()) readLive(watched, this.#sessions, this.#options);
  }

  /** What every running attempt takes; ends what those that are over have left behind. */
  sample(): (ProcessShare & { readonly hasCheckpoint: boolean })[] {
    this.#oomKills = this.#countOomKills();
    this.#disk.look();
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
    const process = { pid, startTime: null };
    this.#watch(lease, launch, run, { process, offsets: nothingRead, isChild: true });
  }

  #watch(
    { attempt, trial }: Lease,
    launch: Launch,
    run: RunFolder,
    by: Pick<Watched, 'process' | 'offsets' | 'isChild'>,
  ): void {
    const startedAt = this.#options.now();
    const { process, isChild } = by;
    const beganBytes = isChild ? diskFree(this.#options.host.runs) : null;
    this.#running.set(attempt, watch({ attempt, trial, run, launch, startedAt, beganBytes, ...by }));
    const at = isChild ? startedAt : null;
    this.#options.post({ kind: 'spawned', attempt, at, process, oomKills: this.#oomKills });
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
    this.#ended.add(watched);
    const ranMs = this.#options.now() - startedAt;
    if (ranMs > briefMs || groupLives(process.pid)) this.#sessions.killAll(attempt, process.pid);
    this.#leftovers.ended(attempt, process.pid);
    this.#disk.look();
    watched.endedOnFullDisk = this.#disk.isFull;
    // At once: an agent that cannot write its journal does nothing else before it can.
    if (watched.endedOnFullDisk && hasFailed(run)) {
      watched.disk = diskOf(watched, this.#options.host);
      makeRoom(run);
    }
    const oomKills = ranMs > shortestMs ? this.#countOomKills() : null;
    this.#options.post({ kind: 'exited', attempt, oomKills });
  }

  #countOomKills(): number | null {
    return readOomKills(this.#options.procRoot, this.#options.groups);
  }
}
