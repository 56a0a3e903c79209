import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lease } from '../../../src/protocol/messages.ts';
import type { OthersClaim } from '../../../src/throttle/host-load.ts';
import type { OurClaim } from '../../../src/worker/core/claims.ts';
import type { MeasuredGpu } from '../../../src/worker/core/event.ts';
import type { Instruction } from '../../../src/worker/core/instruction.ts';
import { plainGpu } from '../../plain-gpu.ts';
import { factsOf, leaseOf, World } from './world.ts';

const gib = 1024 ** 3;
const card = 16 * gib;
const gpu = 'GPU-0';

const figures = (usedBytes: number): MeasuredGpu => plainGpu(gpu, usedBytes, card);

const theirs = (more: Partial<OthersClaim> = {}): OthersClaim => ({
  user: 'ana',
  device: gpu,
  gpuBytes: 10 * gib,
  gpuShownBytes: 0,
  hostBytes: 0,
  hostShownBytes: 0,
  announcedAt: null,
  session: null,
  ...more,
});

const facts = factsOf({ gpus: [{ uuid: gpu, index: 0, name: 'A4000', memoryBytes: card, problem: null }] });

/** An agent with one card, that hears of `others` when it looks. */
function worldWith(...others: readonly OthersClaim[]): World {
  const world = World.greeted(facts);
  world.others = others;
  world.sample({ gpus: [figures(0)] });
  return world;
}

/** One that hears of another's announcement only after its own. */
function worldThatIsFirst(): World {
  const world = worldWith();
  const { carryOutClaim } = world;
  world.carryOutClaim = (claim) => {
    world.carryOutClaim = carryOutClaim;
    world.now += 2;
    world.others = [theirs({ announcedAt: world.now - 1 })];
    carryOutClaim(claim);
  };
  return world;
}

const needs = (attempt: string, gigabytes: number): Lease => ({
  ...leaseOf(attempt),
  resources: { cpus: 0, gpus: 1, gpuMemoryBytes: gigabytes * gib, hostMemoryBytes: 0, diskBytes: null },
});

/** What a second later is seen, of the card and of the others. */
function second(world: World, usedBytes = 0): void {
  world.now += 1_000;
  world.look();
  world.sample({ gpus: [figures(usedBytes)] });
}

describe('P4 a trial that takes a GPU', () => {
  it('is said to the other accounts before it starts, and for as long as it runs', () => {
    const world = worldWith();
    world.lease(needs('a-1', 8));
    expect(world.claimed).toEqual([
      { device: gpu, gpuBytes: 8 * gib, hostBytes: 0, announcedAt: world.now, process: null },
    ]);
    expect(world.spawnAll()).toEqual(['a-1']);
    second(world);
    expect(world.claimed).toEqual([
      {
        device: gpu,
        gpuBytes: 8 * gib,
        hostBytes: 0,
        announcedAt: null,
        process: { pid: 200, startTime: 1 },
      },
    ]);
    world.finish('a-1');
    second(world);
    expect(world.claimed).toEqual([]);
  });

  it('waits while another account starts what leaves it no room, and says no more of itself', () => {
    const world = worldWith(theirs());
    world.lease(needs('a-1', 8));
    expect(world.spawnAll()).toEqual([]);
    expect(world.claimed).toEqual([]);
    world.others = [];
    second(world);
    expect(world.spawnAll()).toEqual(['a-1']);
  });

  it('starts beside what another account starts where both fit', () => {
    const world = worldWith(theirs({ gpuBytes: 4 * gib }));
    world.lease(needs('a-1', 8));
    expect(world.spawnAll()).toEqual(['a-1']);
  });

  it('counts what shows of a claim once, and so starts beside it', () => {
    const world = worldWith(theirs({ gpuBytes: 6 * gib, gpuShownBytes: 6 * gib }));
    world.sample({ gpus: [figures(6 * gib)] });
    world.lease(needs('a-1', 8));
    expect(world.spawnAll()).toEqual(['a-1']);
  });

  it('starts one at a time on a card where others cannot be told, and says why', () => {
    const world = worldWith();
    world.untold = 'nobody hears of it';
    second(world);
    world.lease(needs('a-1', 4), needs('a-2', 4));
    expect(world.spawnAll()).toEqual(['a-1']);
    const holds = (): string => {
      world.forgetMessages();
      second(world);
      return JSON.stringify(world.hear('figures').holds);
    };
    expect(holds()).toContain('{"kind":"gpu-claims","because":"nobody hears of it"}');
    world.untold = null;
    expect(holds()).not.toContain('gpu-claims');
  });

  it('stays announced where it was first, and starts when the other has stepped back', () => {
    const world = worldThatIsFirst();
    world.lease(needs('a-1', 8));
    expect(world.spawnAll()).toEqual([]);
    expect(world.claimed).toMatchObject([{ announcedAt: 1_000 }]);
    world.others = [];
    second(world);
    expect(world.spawnAll()).toEqual(['a-1']);
  });

  it('steps back where the other was first, or at the same moment', () => {
    for (const announcedAt of [1_000, 1_001]) {
      const world = worldWith();
      world.now = 1_001;
      world.others = [theirs({ announcedAt })];
      world.lease(needs('a-1', 8));
      expect(world.claimed).toEqual([]);
    }
  });

  it('does not wait for ever for one that was announced and neither starts nor steps back', () => {
    const world = worldWith();
    world.others = [theirs({ announcedAt: world.now })];
    world.lease(needs('a-1', 8));
    let waitedMs = 0;
    while (world.spawnAll().length === 0 && waitedMs < 60_000) {
      second(world);
      waitedMs += 1_000;
    }
    expect(waitedMs).toBeLessThanOrEqual(10_000);
  });

  it('makes way when what was announced is taken back', () => {
    const world = worldThatIsFirst();
    world.lease(needs('a-1', 8));
    expect(world.claimed).toHaveLength(1);
    world.say(1, { kind: 'take-back', attempts: ['a-1'] });
    expect(world.claimed).toEqual([]);
  });

  it('is said again by the agent that comes next', () => {
    const world = worldWith();
    world.lease(needs('a-1', 8));
    world.spawnAll();
    second(world);
    const next = world.next();
    next.post({ kind: 'booted', facts });
    next.take('adopt');
    next.post({
      kind: 'spawned',
      at: null,
      attempt: 'a-1',
      process: { pid: 200, startTime: 1 },
      oomKills: 0,
    });
    second(next);
    expect(next.claimed).toMatchObject([{ gpuBytes: 8 * gib, process: { pid: 200, startTime: 1 } }]);
  });
});

describe('P4 host memory', () => {
  it('is claimed by what may take much of it, and given to nobody twice', () => {
    const world = worldWith(theirs({ device: 'cpu', gpuBytes: 0, hostBytes: 40 * gib }));
    world.lease(leaseOf('a-1', { memory: 20 * gib }));
    expect(world.spawnAll()).toEqual([]);
    world.others = [];
    second(world);
    expect(world.claimed).toMatchObject([{ device: 'cpu', hostBytes: 20 * gib }]);
    expect(world.spawnAll()).toEqual(['a-1']);
  });

  it('is not spoken of by small trials: they start at once', () => {
    const world = worldWith();
    world.lease(...['a-1', 'a-2', 'a-3'].map((attempt) => leaseOf(attempt, { memory: gib })));
    expect(world.spawnAll()).toHaveLength(3);
    expect(world.timesSaid).toBe(1); // that there is nothing, with the first sample
  });
});

/** An agent that is one of several accounts on a card: a step is what the kernel does of it without a break. */
class Account {
  readonly world = worldWith();
  readonly started: string[] = [];
  readonly #name: string;
  readonly #folder: Map<string, readonly OurClaim[]>;
  readonly #unwritten: Instruction[] = [];
  #unread: number | null = null;

  constructor(name: string, folder: Map<string, readonly OurClaim[]>, gigabytes: number) {
    this.#name = name;
    this.#folder = folder;
    this.world.carryOutClaim = (claim) => this.#unwritten.push(claim);
    this.world.lease(needs(name, gigabytes));
  }

  /** Writes what is to be said, or reads what the others have said of late, or takes a sample. */
  step(now: number): void {
    this.world.now = now;
    const next = this.#unread === null ? this.#unwritten.shift() : undefined;
    if (next?.kind === 'claim') {
      this.#folder.set(this.#name, next.claims);
      this.#unread = next.said;
    } else {
      const said = this.#unread ?? this.world.state.claims.read;
      const isSample = this.#unread === null;
      this.#unread = null;
      this.world.post({ kind: 'claims-read', said, others: this.#others(), accounts: [], untold: null });
      if (isSample) this.world.sample({ gpus: [figures(0)] });
    }
    this.started.push(...this.world.spawnAll());
  }

  #others(): OthersClaim[] {
    return [...this.#folder]
      .filter(([name]) => name !== this.#name)
      .flatMap(([, claims]) => claims)
      .map(({ device, gpuBytes, hostBytes, announcedAt }) =>
        theirs({ device, gpuBytes, hostBytes, announcedAt }),
      );
  }
}

describe('P4 accounts that start at the same moment', () => {
  it('never take more of a card than it has, in whatever order they write and read, and one of them gets it', () => {
    const names = ['a', 'b', 'c'];
    const steps = fc.array(fc.tuple(fc.nat(names.length - 1), fc.constantFrom(0, 1, 40, 1_000)), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (turns) => {
        const folder = new Map<string, readonly OurClaim[]>();
        const accounts = names.map((name, index) => new Account(name, folder, 8 + index));
        let now = 1_000;
        const starts = (): number => accounts.reduce((count, { started }) => count + started.length, 0);
        for (const [who, laterMs] of turns) {
          now += laterMs;
          accounts[who]?.step(now);
          expect(starts()).toBeLessThanOrEqual(1);
        }
        // Steps come often enough from here that no figures are too old to start by.
        for (let round = 0; round < 60; round += 1)
          for (const account of accounts) {
            now += 50;
            account.step(now);
          }
        expect(starts()).toBe(1);
      }),
      { numRuns: 300 },
    );
  });
});
