/**
 * What could be reached: list schedules (Graham 1969) by a scheduler that knows all that is hidden, durations, peaks,
 * supplies, fans and when owners come. The best of several is the reference; none of them is the optimum.
 */
import type { Night } from './night.ts';
import { isThere } from './owners.ts';
import { Scheduler } from './schedulers.ts';
import {
  celsiusOf,
  driverBytes,
  fatalCelsius,
  type GpuNow,
  type Server,
  slowedBy,
  systemBytes,
  wattsOf,
} from './server.ts';
import { restWatts } from './machines.ts';
import type { Training } from './training.ts';
import type { NightTrial } from './trials.ts';

export interface ListRule {
  /** Up to how much processes may want a GPU together. */
  readonly fill: number;
  /** How much later than on a GPU that will be free a trial may end where it starts now. */
  readonly patience: number;
  readonly order: 'longest' | 'most-work';
}

/** Those that were best for some night. */
export const listRules: readonly ListRule[] = [
  { fill: 1.05, patience: 1, order: 'longest' },
  { fill: 1.3, patience: 1, order: 'longest' },
  { fill: 1.6, patience: 1, order: 'longest' },
  { fill: 1.05, patience: Number.POSITIVE_INFINITY, order: 'longest' },
  { fill: 1.3, patience: 1.15, order: 'most-work' },
  { fill: 1.05, patience: 1.15, order: 'most-work' },
];

/** It decides so often, in seconds. */
const everySeconds = 5;
/** Reading of program and data. */
const beginsSeconds = 8;
const marginCelsius = 0.5;

export class Knowing extends Scheduler {
  readonly #rule: ListRule;
  protected override readonly resumes = true;

  constructor(night: Night, rule: ListRule) {
    const workOf = ({ seconds, busy }: NightTrial): number =>
      rule.order === 'longest' ? seconds : seconds * busy;
    super(night, (trials) => trials.toSorted((one, other) => workOf(other) - workOf(one)));
    this.#rule = rule;
  }

  decide(): void {
    if (this.queue.length === 0 || this.night.second % everySeconds !== 0) return;
    for (const trial of this.queue.slice()) {
      const best = this.#best(trial);
      // It is left for a faster GPU where one will be free early enough.
      if (best !== null && best.endsAt <= this.#soonestElsewhere(trial))
        this.start(trial, best.server, best.index);
    }
  }

  #best(trial: NightTrial): { server: Server; index: number; endsAt: number } | null {
    let best: { server: Server; index: number; endsAt: number } | null = null;
    for (const server of this.night.servers.filter((one) => one.isUp(this.night.second)))
      for (const now of server.gpus) {
        const endsAt = this.#endsAt(trial, server, now);
        if (endsAt !== null && (best === null || endsAt < best.endsAt))
          best = { server, index: now.gpu.index, endsAt };
      }
    return best;
  }

  /** Null where the server would not bear it. */
  #endsAt(trial: NightTrial, server: Server, { gpu }: GpuNow): number | null {
    const here = server.on(gpu.index);
    const wanted = busyOf(here) + trial.busy;
    if (here.length > 0 && wanted > this.#rule.fill) return null;
    const left = trial.seconds - this.night.savedOf(trial);
    const { second } = this.night;
    const endsAt = second + beginsSeconds + (left / gpu.speed) * slowedBy(wanted, here.length + 1);
    if (this.#meetsOwner(server, gpu.index, endsAt) || !hasMemory(trial, server, gpu.index)) return null;
    return bears(trial, server, gpu.index) ? endsAt : null;
  }

  #meetsOwner(server: Server, index: number, endsAt: number): boolean {
    const { owners, second } = this.night;
    return owners.some((owner) => {
      if (owner.machine !== server.machine) return false;
      const comes = owner.visits.some(({ from, to }) => from < endsAt && to > second);
      return comes && (owner.gpus.includes(index) || isThere(owner, second) || this.#needsMemory(server));
    });
  }

  /** An owner cannot begin where the host's memory is taken. */
  #needsMemory(server: Server): boolean {
    const ours = server.trainings.reduce((sum, { trial }) => sum + trial.hostBytes, 0);
    const owners = this.night.owners.filter(({ machine }) => machine === server.machine);
    const theirs = owners.reduce((sum, { hostBytes }) => sum + hostBytes, 0);
    return systemBytes + ours + theirs > server.machine.bytes * 0.9;
  }

  /** When a trial would end on a GPU that has one other, once that has ended. */
  #soonestElsewhere(trial: NightTrial): number {
    let soonest = Number.POSITIVE_INFINITY;
    for (const server of this.night.servers)
      for (const { gpu } of server.gpus) {
        const [only, ...more] = server.on(gpu.index);
        if (only === undefined || more.length > 0 || !bears(trial, server, gpu.index, only)) continue;
        const freeAt = this.night.second + (only.trial.seconds - only.done) / gpu.speed;
        const left = trial.seconds - this.night.savedOf(trial);
        soonest = Math.min(soonest, (freeAt + left / gpu.speed) * this.#rule.patience);
      }
    return soonest;
  }
}

const busyOf = (trainings: Server['trainings']): number =>
  trainings.reduce((sum, { trial }) => sum + trial.busy, 0);

function hasMemory(trial: NightTrial, server: Server, index: number): boolean {
  const gpu = server.gpus[index]?.gpu;
  const onGpu = server.on(index).reduce((sum, one) => sum + one.trial.gpuBytes, 0);
  const onHost = server.trainings.reduce((sum, one) => sum + one.trial.hostBytes, 0);
  return (
    gpu !== undefined &&
    driverBytes + onGpu + trial.gpuBytes <= gpu.bytes &&
    systemBytes + onHost + trial.hostBytes <= server.machine.bytes
  );
}

/** Whether its supply and its fans bear this trial on this GPU. @param gone what has ended there by then */
function bears(trial: NightTrial, server: Server, index: number, gone: Training | null = null): boolean {
  const wantedOf = (at: number): number =>
    busyOf(server.on(at).filter((one) => one !== gone)) + (at === index ? trial.busy : 0);
  const watts = server.gpus.map(({ gpu }) => wattsOf(gpu, wantedOf(gpu.index)));
  const hottest = server.gpus.map(({ gpu }, place) => celsiusOf(server.machine, gpu, watts[place] ?? 0));
  const sum = watts.reduce((total, each) => total + each, restWatts);
  return sum <= server.machine.supplyWatts && Math.max(...hottest) <= fatalCelsius - marginCelsius;
}
