/** Agents of several accounts on one host with one card, each the real core: who has it when. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OthersAccount } from '../../../src/throttle/turns.ts';
import type { OurAccount, OurClaim } from '../../../src/worker/core/claims.ts';
import { plainGpu } from '../../plain-gpu.ts';
import { factsOf, leaseOf, World } from './world.ts';

const gib = 1024 ** 3;
const gpu = 'GPU-0';
const card = 16 * gib;
const facts = factsOf({ gpus: [{ uuid: gpu, index: 0, name: 'A4000', memoryBytes: card, problem: null }] });

/** Two of these do not fit on the card together. */
const trial = (attempt: string) =>
  leaseOf(attempt, {
    shape: attempt,
    resources: { cpus: 0, gpus: 1, gpuMemoryBytes: 10 * gib, hostMemoryBytes: 0, diskBytes: null },
  } as never);

interface Said {
  readonly claims: readonly OurClaim[];
  readonly account: OurAccount;
}

class Account {
  readonly world = World.greeted(facts);
  readonly name: string;
  readonly seconds: number;
  /** What runs, and until when. */
  running: { readonly attempt: string; readonly until: number } | null = null;
  hadSeconds = 0;
  done = 0;
  #leased = 0;

  constructor(name: string, seconds: number) {
    this.name = name;
    this.seconds = seconds;
  }

  lease(count: number): void {
    const leases = Array.from({ length: count }, () => trial(`${this.name}-${(this.#leased += 1)}`));
    this.world.lease(...leases);
  }
}

/** A host a second at a time. */
class SharedHost {
  readonly accounts: Account[] = [];
  readonly #said = new Map<string, Said>();
  /** Accounts that nobody of ours is: what somebody has put in the folder. */
  strangers: readonly OthersAccount[] = [];
  now = 1_000;
  idleSeconds = 0;

  join(name: string, seconds: number, trials: number): Account {
    const account = new Account(name, seconds);
    this.accounts.push(account);
    account.world.now = this.now;
    account.world.carryOutClaim = ({ said, claims, account: about }) => {
      this.#said.set(name, { claims, account: about });
      account.world.post({ kind: 'claims-read', said, ...this.#heardBy(name), untold: null });
    };
    account.lease(trials);
    this.#spawn(account);
    return account;
  }

  /** @param order in which the agents look, and who of them lives */
  second(order: readonly Account[] = this.accounts): void {
    this.now += 1_000;
    for (const account of this.accounts) {
      if (account.running === null || account.running.until > this.now) continue;
      const { attempt } = account.running;
      account.running = null;
      account.done += 1;
      account.world.now = this.now;
      account.world.finish(attempt);
      this.#spawn(account);
    }
    const usedBytes = this.accounts.filter(({ running }) => running !== null).length * 10 * gib;
    for (const account of order) {
      account.world.now = this.now;
      account.world.post({
        kind: 'claims-read',
        said: account.world.state.claims.read,
        ...this.#heardBy(account.name),
        untold: null,
      });
      account.world.sample({ gpus: [plainGpu(gpu, usedBytes, card)] });
      this.#spawn(account);
    }
    const users = this.accounts.filter(({ running }) => running !== null);
    expect(users.length).toBeLessThanOrEqual(1);
    if (users.length === 0) this.idleSeconds += 1;
    for (const account of users) account.hadSeconds += 1;
  }

  seconds(count: number, order?: readonly Account[]): void {
    for (let second = 0; second < count; second += 1) this.second(order);
  }

  #spawn(account: Account): void {
    const [attempt] = account.world.spawnAll();
    account.world.forgetMessages();
    account.world.forgetFigures();
    if (attempt !== undefined) account.running = { attempt, until: this.now + account.seconds * 1_000 };
  }

  #heardBy(name: string) {
    const others = [...this.#said].filter(([other]) => other !== name);
    return {
      others: others.flatMap(([user, { claims }]) =>
        claims.map(({ device, gpuBytes, hostBytes, announcedAt }) => ({
          user,
          device,
          gpuBytes,
          hostBytes,
          announcedAt,
          gpuShownBytes: announcedAt === null ? gpuBytes : 0,
          hostShownBytes: 0,
          session: null,
        })),
      ),
      accounts: [
        ...others.map(
          ([
            user,
            {
              account: { used, wants, started },
            },
          ]) => ({
            user,
            used,
            wants: wants === null ? [] : [wants],
            started,
          }),
        ),
        ...this.strangers,
      ],
    };
  }
}

const wants = [{ gpus: 1, gpuBytes: 10 * gib, hostBytes: 0 }] as const;

describe('accounts on one host', () => {
  it('who comes later with little is through early', () => {
    const host = new SharedHost();
    const ada = host.join('ada', 60, 200);
    host.seconds(1_800);
    const ines = host.join('ines', 60, 10);
    host.seconds(60 + 10 * 66);
    expect(ines.done).toBe(10);
    expect(ada.done).toBeGreaterThan(28);
  });

  it('have equal shares while both want it, and it hardly idles for that', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 40, max: 200 }), { minLength: 2, maxLength: 3 }),
        fc.integer({ min: 0, max: 300 }),
        (seconds, alone) => {
          const host = new SharedHost();
          host.join('first', seconds[0] ?? 60, 100);
          host.seconds(alone);
          seconds.slice(1).forEach((each, index) => host.join(`later-${index}`, each, 100));
          // Who was alone is owed nothing once the others have had as much.
          host.seconds(alone * seconds.length);
          for (const account of host.accounts) account.hadSeconds = 0;
          host.idleSeconds = 0;
          host.seconds(2_400);
          const had = host.accounts.map(({ hadSeconds }) => hadSeconds);
          expect(Math.max(...had) - Math.min(...had)).toBeLessThan(2 * Math.max(...seconds) + 60);
          expect(host.idleSeconds).toBeLessThan(2_400 * 0.07);
        },
      ),
      { numRuns: 3 },
    );
  }, 60_000);

  it('say why, with what each has used', () => {
    const host = new SharedHost();
    const ada = host.join('ada', 60, 10);
    host.seconds(50);
    host.strangers = [{ user: 'ines', used: { gpuSeconds: 4, coreSeconds: 0 }, wants, started: 3 }];
    host.seconds(14);
    expect(ada.running).toBeNull();
    expect([...ada.world.state.claims.left.values()]).toMatchObject([
      { device: gpu, user: 'ines', theirSeconds: 4 },
    ]);
    expect(ada.world.state.claims.left.get(gpu)?.ourSeconds).toBeGreaterThan(50);
  });

  it('do not wait for one that never comes, whatever it says', () => {
    for (const started of [(): number => 0, (second: number): number => second]) {
      const host = new SharedHost();
      const ada = host.join('ada', 60, 400);
      for (let second = 0; second < 1_800; second += 1) {
        const used = { gpuSeconds: 0, coreSeconds: 0 };
        host.strangers = [{ user: 'liar', used, wants, started: started(second) }];
        host.second();
      }
      expect(host.idleSeconds).toBeLessThan(1_800 * 0.06);
      expect(ada.done).toBeGreaterThan(26);
    }
  });

  it('do not wait for one whose trial does not fit, or that asks for another kind of device', () => {
    const host = new SharedHost();
    host.join('ada', 60, 400);
    const used = { gpuSeconds: 0, coreSeconds: 0 };
    host.strangers = [
      { user: 'large', used, wants: [{ gpus: 1, gpuBytes: 15.9 * gib, hostBytes: 0 }], started: 0 },
      { user: 'cores', used, wants: [{ gpus: 0, gpuBytes: 0, hostBytes: 0 }], started: 0 },
    ];
    host.seconds(1_200);
    // A second until the driver shows what the last one has given back.
    expect(host.idleSeconds).toBeLessThan(1_200 / 61 + 2);
  });

  it('go on at once where an agent dies that had its turn', () => {
    const host = new SharedHost();
    const ada = host.join('ada', 60, 400);
    host.seconds(600);
    host.join('ines', 60, 10);
    host.seconds(30);
    host.idleSeconds = 0;
    host.seconds(120, [ada]);
    expect(host.idleSeconds).toBeLessThan(10);
  });

  it('P2 remember what they have used over a restart of the agent', () => {
    const host = new SharedHost();
    const ada = host.join('ada', 60, 400);
    host.seconds(600);
    const next = ada.world.next();
    next.post({
      kind: 'recalled',
      ceiling: ada.world.state.ceiling,
      others: [],
      before: null,
      at: host.now + 24 * 3_600_000,
    });
    const { gpuSeconds } = ada.world.state.use.used;
    expect(gpuSeconds).toBeGreaterThan(560);
    expect(next.state.use.used.gpuSeconds).toBeGreaterThan(gpuSeconds / 2 - 40);
    expect(next.state.use.used.gpuSeconds).toBeLessThan(gpuSeconds / 2 + 1);
  });
});
