/** Schedulers that decide by little: what people do without labsweep. Each decides once a second. */
import { gib } from './machines.ts';
import type { Night } from './night.ts';
import { processesOf } from './owners.ts';
import type { Server } from './server.ts';
import type { End } from './training.ts';
import type { NightTrial } from './trials.ts';

/** A trial that has run out of memory so often is given up. */
const mostOutOfMemory = 5;

export abstract class Scheduler {
  protected readonly night: Night;
  protected readonly queue: NightTrial[];
  readonly givenUp: NightTrial[] = [];
  readonly #failures = new Map<string, number>();
  #running = 0;

  constructor(
    night: Night,
    order: (trials: readonly NightTrial[]) => NightTrial[] = (trials) => [...trials],
  ) {
    this.night = night;
    this.queue = order(night.trials);
  }

  get isDone(): boolean {
    return this.queue.length + this.#running === 0;
  }

  abstract decide(): void;

  /** Without somebody who carries checkpoints a trial begins anew. */
  protected readonly resumes: boolean = false;

  protected start(trial: NightTrial, server: Server, gpu: number): void {
    this.queue.splice(this.queue.indexOf(trial), 1);
    this.#running += 1;
    this.night.start(trial, { server, gpu }, this.resumes, (end) => {
      this.#running -= 1;
      this.#ended(trial, end);
    });
  }

  #ended(trial: NightTrial, end: End): void {
    if (end === 'done') return;
    const failures = (this.#failures.get(trial.id) ?? 0) + (end === 'out-of-memory' ? 1 : 0);
    this.#failures.set(trial.id, failures);
    if (failures > mostOutOfMemory) this.givenUp.push(trial);
    else this.queue.push(trial);
  }
}

/** So many on each GPU, in the order of the file, without looking: a loop over hosts in a shell. */
export class PerGpu extends Scheduler {
  readonly #most: number;

  constructor(night: Night, most: number) {
    super(night);
    this.#most = most;
  }

  decide(): void {
    for (const server of this.night.servers.filter((one) => one.isUp(this.night.second)))
      for (const { gpu } of server.gpus)
        for (let running = server.on(gpu.index).length; running < this.#most; running += 1) {
          const [next] = this.queue;
          if (next === undefined) return;
          this.start(next, server, gpu.index);
        }
  }
}

/**
 * GNU parallel with `--sshlogin`, two jobs a GPU, `--load 100%` and `--memfree 4G`: it looks at a host when it starts
 * something there, and not afterwards (parallel(1)).
 */
export class Parallel extends Scheduler {
  decide(): void {
    const { servers, second } = this.night;
    for (const server of servers.filter((one) => one.isUp(second))) {
      const [next] = this.queue;
      if (next === undefined) return;
      const { cores, bytes } = server.machine;
      const load = server.trainings.length + processesOf(server.ownersAt(second));
      const hasSlot = server.trainings.length < server.gpus.length * 2;
      if (!hasSlot || load >= cores || bytes - server.usedBytes() < 4 * gib) continue;
      const running = server.gpus.map(({ gpu }) => server.on(gpu.index).length);
      this.start(next, server, running.indexOf(Math.min(...running)));
    }
  }
}
