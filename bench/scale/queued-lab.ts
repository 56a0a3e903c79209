import type { CoordinatorEvent, Instruction } from '../../src/coordinator/core/events.ts';
import { restore } from '../../src/coordinator/core/restore.ts';
import type { FleetHost } from '../../src/coordinator/hosts/fleet-host.ts';
import { learnedAs } from '../../src/coordinator/hosts/likeness.ts';
import type { CoordinatorState } from '../../src/coordinator/hosts/state.ts';
import type { PointDeclaration } from '../../src/ledger/events.ts';
import { observeDuration } from '../../src/predict/duration.ts';
import { transition } from '../../src/coordinator/transition/transition.ts';
import { newFleetHost } from '../../src/coordinator/hosts/fleet-host.ts';
import { plainHost } from '../../test/plain-host.ts';
import { ledgerId } from '../../src/model/ids.ts';
import { declaration, pointsOf, pointsOnGpus } from './large-sweep.ts';

const cpus = 64;

/** What a host may hold of trials of which none has ended yet (streak-test.ts): these have begun on each. */
const begun = 10;
/** Leases that the next plan brings. */
export const leasesLeft = (hosts: number): number => hosts * (cpus * 2 - begun);

/** A coordinator whose hosts are all ready, with room, of each of which is known that such trials end well there. */
export class QueuedLab {
  #state: CoordinatorState;

  /** @param shapes where trials are to take GPUs: of how many shapes they are; each host has one */
  constructor(trials: number, hosts: number, shapes: number | null = null) {
    const fleet = Array.from({ length: hosts }, (_, index) => fleetHost(`host-${index}`));
    const events = [
      { kind: 'ledger-created', at: 0, ledger: ledgerId('f00dcafef00dcafe') },
      { kind: 'term-started', at: 0, term: 1, nonce: 'abcdef', machine: 'bench', secret: null },
    ] as const;
    this.#state = restore(events, fleet, new Map());
    const points = shapes === null ? pointsOf(trials) : pointsOnGpus(trials, shapes);
    const seeds = Array.from({ length: trials / points.length }, (_, place) => place + 1);
    const command = { kind: 'run', declaration: { ...declaration, seeds }, points } as const;
    this.decide({ kind: 'asked', command, by: 1 });
    for (const { name: host } of fleet) {
      const gpus =
        shapes === null
          ? []
          : [{ uuid: `GPU-${host}`, index: 0, name: 'A4000', memoryBytes: 2 ** 34, problem: null }];
      this.decide({
        kind: 'host-connected',
        host,
        facts: { ...facts, machine: host, gpus },
        endsWithLogin: null,
      });
      const message = { kind: 'state' as const, backlog: [], running: [], ended: [] };
      this.decide({ kind: 'host-message', host, message });
    }
    // The first plan asks for the launch on each host; nothing can be leased before it is there.
    this.decide({ kind: 'plan' });
    for (const { name: host } of fleet)
      this.decide({ kind: 'launch-ready', host, launch: declaration.launch });
    this.decide({ kind: 'plan' });
    for (const { standings } of this.#state.ledger.hosts.values())
      standings.set(declaration.launch, { succeeded: 1, failed: 0, streak: [] });
    if (shapes !== null) for (const point of points) this.#learn(point);
  }

  /** One of each shape has ended: how long the others take is known. */
  #learn(point: PointDeclaration): void {
    const place = { host: 'host-0', gpuName: 'A4000' };
    const seconds = (point.operations ?? 1) / 1e7;
    const launch = learnedAs(this.#state.ledger, declaration.launch);
    observeDuration(this.#state.durations, { launch, kind: point, place, seconds });
  }

  get state(): CoordinatorState {
    return this.#state;
  }

  decide(event: CoordinatorEvent): readonly Instruction[] {
    const [state, instructions] = transition(this.#state, event, 1);
    this.#state = state;
    return instructions;
  }

  /** Plans once. @returns how long it took in ms, and how many trials it leased */
  plan(): { ms: number; leased: number } {
    const began = performance.now();
    const instructions = this.decide({ kind: 'plan' });
    const ms = performance.now() - began;
    return { ms, leased: instructions.reduce((sum, instruction) => sum + leasesOf(instruction), 0) };
  }
}

const leasesOf = (instruction: Instruction): number =>
  instruction.kind === 'send' && instruction.message.kind === 'lease' ? instruction.message.leases.length : 0;

export const facts = {
  machine: 'm',
  bootId: 'b',
  cpus,
  memoryBytes: 2 ** 38,
  node: 'v24.0.0',
  folder: '/labsweep',
  pid: 1,
  build: 'b',
  user: 'mina',
  gpus: [],
  gpuProblem: null,
  gpusBroken: false,
  memoryOfGroup: false,
  diskBytes: null,
  environmentProblem: null,
};

const fleetHost = (name: string): FleetHost => newFleetHost(plainHost(name));
