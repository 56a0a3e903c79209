/** A night of the lab on a clock of seconds: what a scheduler starts, and what the machines make of it. */
import { Random } from '../random.ts';
import { type Machine, machinesOf } from './machines.ts';
import { guestsOf, type Owner, ownersOf } from './owners.ts';
import { type Crash, Server } from './server.ts';
import { type End, Training } from './training.ts';
import { type NightTrial, type TrialOptions, trialsOf } from './trials.ts';

/** A checkpoint comes from another host at the pace of a gigabit line, in bytes a second. */
export const carriedBytesPerSecond = 100e6;

export interface NightOptions extends TrialOptions {
  /** No owners, no weak supplies, no bad cooling. @default false */
  readonly isCalm?: boolean;
  /** People also come to GPUs that nobody owns, for something small. @default false */
  readonly hasGuests?: boolean;
  /** Those of a night before, for a night in the same lab. */
  readonly machines?: readonly Machine[];
}

/** What a trial has left for its next attempt. */
interface Saved {
  readonly seconds: number;
  readonly on: Server;
}

export class Night {
  /** No other night has the same. */
  readonly name: string;
  readonly servers: readonly Server[];
  readonly trials: readonly NightTrial[];
  readonly owners: readonly Owner[];
  second = 0;
  readonly crashes: { readonly server: Server; readonly cause: Crash }[] = [];
  outOfMemory = 0;
  /** Seconds of owners: that they were there, and that they did not have what is theirs. */
  ownersWanted = 0;
  ownersDisturbed = 0;
  readonly done = new Set<string>();
  readonly #saved = new Map<string, Saved>();

  constructor(seed: number, options: NightOptions = {}) {
    this.name = `night-${seed}`;
    const random = new Random(seed * 7_919 + 13);
    const { isCalm = false, hasGuests = false } = options;
    // Drawn in any case: the trials of a seed are the same in any lab.
    const own = machinesOf(random, isCalm);
    const machines = options.machines ?? own;
    this.trials = trialsOf(random, options);
    this.owners = isCalm ? [] : ownersOf(random, machines);
    if (hasGuests) this.owners = [...this.owners, ...guestsOf(random, machines)];
    this.servers = machines.map((machine) => new Server(machine, this.owners));
  }

  /** @returns seconds of a trial's work that its checkpoint holds; 0 where it has none */
  savedOf(trial: NightTrial): number {
    return this.#saved.get(trial.id)?.seconds ?? 0;
  }

  isSavedOn(trial: NightTrial, server: Server): boolean {
    return this.#saved.get(trial.id)?.on === server;
  }

  /** Its checkpoint lies there from now on. */
  carry(trial: NightTrial, server: Server): void {
    const saved = this.#saved.get(trial.id);
    if (saved !== undefined) this.#saved.set(trial.id, { ...saved, on: server });
  }

  /**
   * @param resumes whether it goes on from its checkpoint, wherever that lies
   * @param ended told what became of it, once it is off its server
   */
  start(
    trial: NightTrial,
    { server, gpu }: { readonly server: Server; readonly gpu: number },
    resumes: boolean,
    ended: (end: End) => void,
  ): Training {
    const saved = resumes ? this.#saved.get(trial.id) : undefined;
    const isElsewhere = saved !== undefined && saved.on !== server;
    const training = new Training(
      trial,
      { gpu, second: this.second },
      {
        from: saved?.seconds ?? 0,
        waitsSeconds: isElsewhere ? trial.checkpointBytes / carriedBytesPerSecond : 0,
        ended,
      },
    );
    server.trainings.push(training);
    return training;
  }

  end(training: Training, server: Server, end: End): void {
    server.trainings = server.trainings.filter((one) => one !== training);
    const { trial } = training;
    if (end === 'done') this.done.add(trial.id);
    else this.#saved.set(trial.id, { seconds: training.saved, on: server });
    if (end === 'out-of-memory') this.outOfMemory += 1;
    training.ended(end);
  }

  /** One second of all servers. */
  tick(): void {
    this.second += 1;
    for (const server of this.servers) {
      const { wanted, disturbed } = server.serveOwners(this.second);
      this.ownersWanted += wanted;
      this.ownersDisturbed += disturbed;
      if (server.isUp(this.second)) this.#run(server);
    }
  }

  #run(server: Server): void {
    const ofCores = server.coreShare(this.second);
    for (const now of server.gpus) {
      const { gpu } = now;
      now.wanted = server.demandOn(gpu.index, this.second).wanted;
      const share = server.shareOn(gpu.index, this.second);
      for (const training of server.on(gpu.index)) {
        training.advance(gpu.speed * share * ofCores);
        this.#grow(server, training, gpu.bytes);
      }
    }
    const cause = server.wear();
    if (cause !== null) this.#goDown(server, cause);
    for (const training of server.trainings)
      if (training.done >= training.trial.seconds) this.end(training, server, 'done');
  }

  #grow(server: Server, training: Training, gpuBytes: number): void {
    if (training.isSuspended) return;
    const wanted = training.wants();
    const more = wanted.gpuBytes - training.held.gpuBytes;
    if (more > 0 && server.gpuUsedBytes(training.gpu) + more > gpuBytes)
      return this.end(training, server, 'out-of-memory');
    Object.assign(training.held, wanted);
  }

  #goDown(server: Server, cause: Crash): void {
    this.crashes.push({ server, cause });
    server.goDown(this.second);
    for (const training of server.trainings) this.end(training, server, 'host-down');
  }
}
