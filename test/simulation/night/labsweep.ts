/** labsweep in the night: the shipped coordinator and the shipped agents. */
import type { PointDeclaration } from '../../../src/ledger/events.ts';
import type { Sweep } from '../../../src/ledger/state.ts';
import { liveFigures } from '../../../src/coordinator/live.ts';
import type { ListedHost } from '../../../src/coordinator/hosts/fleet-host.ts';
import { trialId } from '../../../src/model/ids.ts';
import type { Eta } from '../../../src/model/eta.ts';
import { noLimits } from '../../../src/throttle/limits.ts';
import { declarationOf } from '../../coordinator/world.ts';
import { plainHost } from '../../plain-host.ts';
import { VirtualClock } from '../clock.ts';
import { Laptop } from '../laptop.ts';
import { LedgerDisk } from '../ledger-disk.ts';
import { Random } from '../random.ts';
import { Story } from '../story.ts';
import { type Bearing, newBearing } from '../virtual-agent.ts';
import { VirtualCoordinator } from '../virtual-coordinator.ts';
import { carriedBytesPerSecond, type Night } from './night.ts';
import { NightHost } from './night-host.ts';
import type { Server } from './server.ts';
import type { NightTrial } from './trials.ts';

export interface LabsweepOptions {
  /** Whether the program says what its trials take, as cnn1d does; a command says nothing. */
  readonly isDeclared: boolean;
  /** What the hosts' disks have of nights before. @default nothing */
  readonly bearings?: ReadonlyMap<string, Bearing>;
}

export class Labsweep {
  readonly #night: Night;
  readonly #clock = new VirtualClock();
  readonly #hosts: readonly NightHost[];
  readonly #coordinator: VirtualCoordinator;

  /** What the hosts' disks have by now. */
  readonly bearings: ReadonlyMap<string, Bearing>;

  constructor(night: Night, seed: number, { isDeclared, bearings }: LabsweepOptions) {
    this.#night = night;
    const trials = new Map(night.trials.map((trial) => [trial.id, trial]));
    this.bearings = new Map(
      night.servers.map(({ machine: { name } }) => [name, bearings?.get(name) ?? newBearing()]),
    );
    this.#hosts = night.servers.map((server) => {
      const bearing = this.bearings.get(server.machine.name) ?? newBearing();
      return new NightHost(server, night, trials, this.#clock, bearing);
    });
    const carryMs = (trial: string): number =>
      ((trials.get(trial)?.checkpointBytes ?? 0) / carriedBytesPerSecond) * 1_000;
    this.#coordinator = new VirtualCoordinator(
      this.#clock,
      new Laptop(this.#clock),
      new Random(seed),
      new Story(() => this.#clock.nowMs),
      new LedgerDisk(),
      {
        hosts: this.#hosts,
        inventory: night.servers.map((server) => listingOf(night, server)),
        luck: { dies: 0, loses: 0, carryMs, turnMs: 500 },
      },
    );
    this.#coordinator.run(declarationOf({ seeds: [1, 2, 3] }), pointsOf(night.trials, isDeclared));
  }

  /** All that is due until this second of the night. */
  decide(): void {
    for (const host of this.#hosts) host.follow();
    this.#clock.runUntil(this.#night.second * 1_000);
  }

  get isDone(): boolean {
    const sweep = this.#sweep;
    if (sweep === undefined) return false;
    const { queued, leased, running } = sweep.counts;
    return queued + leased + running === 0;
  }

  /** As `status` says it. */
  get timeLeft(): Eta | null {
    const { state } = this.#coordinator;
    return liveFigures(state, 1, 0, this.#clock.nowMs).sweeps[0]?.eta ?? null;
  }

  get #sweep(): Sweep | undefined {
    return this.#coordinator.state.ledger.sweeps.values().next().value;
  }
}

/** The inventory says whose a GPU is. */
const listingOf = ({ owners }: Night, { machine }: Server): ListedHost =>
  plainHost(machine.name, {
    ...noLimits,
    devices: owners
      .filter((owner) => owner.isListed && owner.machine === machine)
      .flatMap(({ gpus }) =>
        gpus.map((gpu) => ({ gpu, owner: 'mina', policy: null, hours: null, off: null })),
      ),
  });

function pointsOf(trials: readonly NightTrial[], isDeclared: boolean): PointDeclaration[] {
  return [...Map.groupBy(trials, ({ point }) => point).values()].flatMap((ofPoint) => {
    const [one] = ofPoint;
    if (one === undefined) return [];
    const { params, shape, operations, declared } = one;
    return {
      params: { ...params },
      case: null,
      shape,
      parameters: null,
      operations: isDeclared ? operations : null,
      trials: ofPoint.map(({ id }) => trialId(id)),
      resources: {
        cpus: 1,
        gpus: isDeclared ? 1 : null,
        gpuMemoryBytes: isDeclared ? declared.gpuBytes : null,
        hostMemoryBytes: isDeclared ? declared.hostBytes : null,
        diskBytes: null,
      },
    };
  });
}
