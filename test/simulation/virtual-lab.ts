/** A lab in which anything may go wrong: its hosts, the laptop, the coordinators that come and go, and what people do. */
import { obstacleOf } from '../../src/coordinator/hosts/link.ts';
import type { CoordinatorState } from '../../src/coordinator/hosts/state.ts';
import type { PointDeclaration } from '../../src/ledger/events.ts';
import type { Sweep } from '../../src/ledger/state.ts';
import { hostName } from '../../src/model/ids.ts';
import { declarationOf, pointOf } from '../coordinator/world.ts';
import { plainHost } from '../plain-host.ts';
import type { VirtualClock } from './clock.ts';
import { Laptop } from './laptop.ts';
import { LedgerDisk } from './ledger-disk.ts';
import type { Random } from './random.ts';
import type { Story } from './story.ts';
import { distrusted, VirtualCoordinator } from './virtual-coordinator.ts';
import { VirtualHost } from './virtual-host.ts';
import { type CommandInput, commandOf } from '../told.ts';

export class VirtualLab {
  readonly hosts: readonly VirtualHost[];
  readonly disk = new LedgerDisk();
  readonly laptop: Laptop;
  /** Silence after which what hosts hold may start elsewhere, as the inventory has it; null where it says nothing. */
  readonly lostAfterMs: number | null;
  /** How often the ledger was put back to what it was before. */
  restorations = 0;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #story: Story;
  readonly #points: readonly PointDeclaration[];
  #coordinator: VirtualCoordinator;

  constructor(clock: VirtualClock, random: Random, story: Story) {
    this.#clock = clock;
    this.#random = random;
    this.#story = story;
    this.laptop = new Laptop(clock);
    this.lostAfterMs = random.chance(0.5) ? 20_000 : null;
    this.hosts = hostsOf(clock, random, story);
    this.#points = trialsOf(random);
    this.#coordinator = this.#start();
  }

  get state(): CoordinatorState {
    return this.#coordinator.state;
  }

  get isCoordinated(): boolean {
    return this.#coordinator.alive;
  }

  /** `run`, as somebody types it who finds no coordinator. */
  coordinate(): void {
    if (!this.#coordinator.alive) this.#coordinator = this.#start();
  }

  #start(): VirtualCoordinator {
    this.#story.tell('coordinator: starts');
    const { hosts, disk, laptop, lostAfterMs } = this;
    const inventory = hosts.map(({ name }) => ({ ...plainHost(name), lostAfterMs }));
    const carryMs = (): number => this.#random.between(1, 5_000);
    const luck = { dies: 0.002, loses: 0.2, carryMs, turnMs: 1 };
    const lab = { hosts, inventory, luck };
    const started = new VirtualCoordinator(this.#clock, laptop, this.#random, this.#story, disk, lab);
    started.run(declarationOf(), this.#points);
    return started;
  }

  kill(): void {
    this.#story.tell('coordinator: killed');
    this.#coordinator.die();
  }

  cut(host: VirtualHost): void {
    this.#story.tell(`${host.name}: connection cut`);
    this.#coordinator.cut(host.name);
  }

  unplug(host: VirtualHost, ms: number): void {
    this.#story.tell(`${host.name}: cable out for ${(ms / 1_000).toFixed(0)} s`);
    host.unplug(ms);
    this.#coordinator.cut(host.name);
  }

  /** Somebody takes a host over for a while, and lies to whoever listens. */
  lie(host: VirtualHost, times: number): void {
    host.lies = times > 0;
    if (times === 0) return;
    this.#coordinator.lie(host.name);
    this.#clock.after(this.#random.between(1, 3_000), () => this.lie(host, times - 1));
  }

  fillDisk(ms: number): void {
    this.#story.tell('coordinator: its disk is full');
    this.disk.fullUntil = this.#clock.nowMs + ms;
  }

  sleep(ms: number): void {
    this.#story.tell(`laptop: sleeps for ${(ms / 60_000).toFixed(1)} min`);
    for (const host of this.hosts) this.#coordinator.cut(host.name);
    this.laptop.sleep(ms);
  }

  /** @param isCut whether the hosts have given up its connections by the time that it goes on */
  stop(ms: number, isCut: boolean): void {
    this.#story.tell(`coordinator: stopped for ${(ms / 60_000).toFixed(1)} min`);
    if (isCut) for (const host of this.hosts) this.#coordinator.cut(host.name);
    this.laptop.stop(ms);
  }

  setClock(byMs: number): void {
    this.#story.tell(`laptop: its clock is set by ${(byMs / 3_600_000).toFixed(1)} h`);
    this.laptop.setClock(byMs);
  }

  backUp(): void {
    this.#story.tell('a person: copies the ledger');
    this.disk.backUp();
  }

  restore(): void {
    this.kill();
    if (!this.disk.restore()) return;
    this.#story.tell('a person: puts the copy of the ledger back');
    this.restorations += 1;
  }

  /** A copy of the ledger is put back after hosts have met a later coordinator than it knows of. */
  goBack(afterMs: number): void {
    this.backUp();
    this.kill();
    this.#clock.after(afterMs, () => this.restore());
  }

  say(command: CommandInput): void {
    this.#story.tell(`a person: ${JSON.stringify(command)}`);
    this.#coordinator.ask(commandOf(command));
  }

  /** Points are taken out of the sweep. */
  edit(keep: number): void {
    this.#story.tell(`a person: keeps ${keep} of ${this.#points.length} points`);
    this.#coordinator.run(declarationOf(), this.#points.slice(0, keep));
  }

  /** People take back what they said, and ask again for what was given up since hosts went down under it. */
  mend(): void {
    const { ledger } = this.#coordinator.state;
    for (const { name, closed } of ledger.hosts.values())
      if (closed !== null) this.#coordinator.ask({ kind: 'on', host: name });
    for (const { name, link } of this.#coordinator.state.fleet.values())
      if (obstacleOf(link) === distrusted) this.#coordinator.ask({ kind: 'on', host: name });
    const [sweep] = ledger.sweeps.values();
    if (sweep === undefined) return;
    if (sweep.points.length !== this.#points.length) this.#coordinator.run(declarationOf(), this.#points);
    else if (sweep.status.kind !== 'open') this.#coordinator.ask({ kind: 'resume', sweep: sweep.name });
    const givenUp = sweep.order.filter(({ status }) => status.kind === 'failed' && status.because !== null);
    if (givenUp.length > 0) this.#coordinator.ask({ kind: 'retry', trials: givenUp.map(({ id }) => id) });
  }

  /** Nothing is left out of the sweep, and nothing of it given up for what a host did. */
  isWhole({ points, order }: Sweep): boolean {
    return (
      points.length === this.#points.length &&
      order.every(({ status }) => status.kind !== 'failed' || status.because === null)
    );
  }

  isConnected(host: VirtualHost): boolean {
    const link = this.#coordinator.state.fleet.get(hostName(host.name))?.link;
    return this.#coordinator.alive && link?.kind === 'ready';
  }
}

/** Fast ones and slow ones; where there are several, one of them may fail whatever it is given. */
function hostsOf(clock: VirtualClock, random: Random, story: Story): VirtualHost[] {
  const count = random.between(1, 5);
  const broken = count > 1 && random.chance(0.3) ? random.between(1, count) : null;
  return Array.from({ length: count }, (_, index) => {
    const nature = { speed: random.between(1, 8) / 2, isBroken: broken === index + 1 };
    return new VirtualHost(`host${index + 1}`, nature, clock, random, story);
  });
}

/** A tenth of them outlive a cut and a silence. */
const secondsOf = (random: Random): number =>
  random.chance(0.1) ? random.between(20, 90) : random.between(0, 40) / 4;

/** Every so many of them have diverged when they come to their end. */
const divergesEach = 9;

/** Trials of a few seconds, some of which fail whenever they run; at least two do not, so that the sweep goes on. */
function trialsOf(random: Random): PointDeclaration[] {
  return Array.from({ length: random.between(3, 50) }, (_, x) =>
    pointOf(x, {
      params: {
        x,
        seconds: secondsOf(random),
        fails: x > 1 && random.chance(0.1),
        diverges: x % divergesEach === 5,
      },
      resources: {
        cpus: random.between(0, 2),
        gpus: random.chance(0.5) ? 1 : 0,
        gpuMemoryBytes: random.between(1, 10) * 2 ** 30,
        hostMemoryBytes: null,
        diskBytes: null,
      },
    }),
  );
}
