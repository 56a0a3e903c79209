import { describe, expect, it } from 'vitest';
import { type Moment, noCeiling } from '../../../src/model/ceiling.ts';
import { type Refusal, refusalSchema } from '../../../src/model/refusal/refusal.ts';
import {
  type FromAgent,
  type HostFigures,
  hostFiguresSchema,
  type Lease,
  type ToAgent,
} from '../../../src/protocol/messages.ts';
import { noLimits } from '../../../src/throttle/limits.ts';
import type { MeasuredGpu, MeasuredShare } from '../../../src/worker/core/event.ts';
import { plainGpu, stranger } from '../../plain-gpu.ts';
import { factsOf, figuresOf, leaseOf, World } from './world.ts';

const gib = 2 ** 30;
const uuid = (index: number): string => `GPU-${index}`;
const gpus = [0, 1].map((index) => ({
  uuid: uuid(index),
  index,
  name: 'A4000',
  memoryBytes: 16 * gib,
  problem: null,
}));
const cool = { temperatureCelsius: 60, powerWatts: 200, powerLimitWatts: 250, utilisation: 0.5 };

const onGpu = (attempt: string): Lease => {
  const lease = leaseOf(attempt, { cpus: 0, memory: 0, shape: `shape-${attempt}` });
  return { ...lease, resources: { ...lease.resources, gpus: 1, gpuMemoryBytes: gib } };
};

/** A host with two GPUs on which attempts run, one on each. */
class Lab {
  world: World;
  readonly running = new Map<string, Partial<MeasuredShare>>();
  hold: HostFigures['hold'] = null;
  #last: Extract<FromAgent, { kind: 'figures' }> | null = null;

  constructor(...attempts: string[]) {
    this.world = World.greeted(factsOf({ gpus, cpus: 16 }));
    this.sample();
    for (const attempt of attempts) {
      this.world.lease(onGpu(attempt));
      this.world.spawnAll();
      this.running.set(attempt, {});
      // Until it has shown its memory and its power.
      for (let second = 0; second < 61; second += 1) this.sample();
    }
    this.forget();
  }

  /** A second later. @param hot figures of GPU 0 */
  sample(hot: Partial<MeasuredGpu> = {}): void {
    this.world.now += 1_000;
    const shares = [...this.running].map(
      ([attempt, more]): MeasuredShare => ({
        attempt,
        cpuMs: this.world.now,
        memoryBytes: 0,
        gpuMemoryBytes: gib,
        startTime: 1,
        suspended: false,
        hasCheckpoint: false,
        ...more,
      }),
    );
    const figures = gpus.map((_, index) => ({
      ...plainGpu(uuid(index), gib, 16 * gib),
      ...cool,
      ...(index === 0 && hot),
    }));
    this.world.post({ kind: 'sampled', figures: figuresOf({ gpus: figures, hold: this.hold }), shares });
  }

  forget(): void {
    this.world.forgetFigures();
    this.world.takeAll('keep-ceiling');
  }

  /** What was sent to its processes since it was asked last. */
  signals(): string[] {
    return this.world.takeAll('signal').map(({ attempt, signal }) => `${attempt} ${signal}`);
  }

  /** What the last figures say of what stands still. */
  still(): HostFigures['still'] {
    return this.figures().still;
  }

  figures(): HostFigures {
    return hostFiguresSchema.parse(this.#said().figures);
  }

  /** What the last figures say that keeps the first of the queue. */
  holds(): Refusal[] {
    return this.#said().holds.flatMap(({ refusals }) => refusals.map((one) => refusalSchema.parse(one)));
  }

  #said(): Extract<FromAgent, { kind: 'figures' }> {
    for (const { message } of this.world.takeAll('send'))
      if (message.kind === 'figures') this.#last = message;
    if (this.#last === null) throw new Error('no figures were said');
    return this.#last;
  }
}

const hot = { temperatureCelsius: 91 };

describe('an attempt on a GPU that is too hot', () => {
  it('stands still, is told so, and goes on when it is cool', () => {
    const lab = new Lab('a-1', 'a-2');
    lab.sample(hot);
    expect(lab.signals()).toEqual(['a-1 STOP']);
    expect(lab.still()).toMatchObject([
      { attempt: 'a-1', because: 'GPU 0 was at 91 °C, and 88 °C are too hot there' },
    ]);
    lab.running.set('a-1', { suspended: true });
    for (let second = 0; second < 20; second += 1) lab.sample({ temperatureCelsius: 84 });
    expect(lab.signals()).toEqual([]);
    lab.sample();
    expect(lab.signals()).toEqual(['a-1 CONT']);
    expect(lab.still()).toEqual([]);
  });

  it('keeps its GPU from others meanwhile, and counts none of it for its timeout', () => {
    const lab = new Lab('a-1', 'a-2');
    lab.sample(hot);
    lab.running.set('a-1', { suspended: true });
    lab.world.lease(onGpu('a-3'));
    for (let second = 0; second < 30; second += 1) lab.sample({ temperatureCelsius: 82 });
    expect(lab.world.state.attempts.get('a-3')?.device).not.toBe(uuid(0));
    const held = lab.world.state.attempts.get('a-1');
    expect(held?.status.kind === 'running' && held.status.run.suspendedMs).toBe(30_000);
  });

  it('is found by the next agent, which stops it anew and lets it go on', () => {
    const lab = new Lab('a-1');
    lab.sample(hot);
    lab.signals();
    lab.world = lab.world.next();
    lab.world.post({ kind: 'booted', facts: lab.world.state.facts });
    expect(lab.signals()).toEqual(['a-1 STOP']);
    lab.sample({ temperatureCelsius: 86 });
    lab.sample();
    expect(lab.signals()).toEqual(['a-1 CONT']);
  });

  it('was about to go on when its agent died: the next one lets it', () => {
    const lab = new Lab('a-1');
    lab.sample(hot);
    for (let second = 0; second < 6; second += 1) lab.sample();
    expect(lab.signals()).toEqual(['a-1 STOP', 'a-1 CONT']);
    lab.world = lab.world.next();
    lab.world.post({ kind: 'booted', facts: lab.world.state.facts });
    expect(lab.signals()).toEqual(['a-1 CONT']);
  });

  it('that is cancelled is told to end, and wanted no more', () => {
    const lab = new Lab('a-1');
    lab.sample(hot);
    lab.signals();
    lab.world.say(1, { kind: 'cancel', attempts: ['a-1'] });
    lab.sample();
    expect(lab.signals()).toEqual(['a-1 TERM']);
  });

  it('survives the compaction of the journal', () => {
    const lab = new Lab('a-1');
    lab.sample(hot);
    lab.world.expectSnapshotEqual();
  });
});

describe('an attempt that somebody else comes to', () => {
  it('is asked to end within 2 s, killed 6 s later, and has given way', () => {
    const lab = new Lab('a-1', 'a-2');
    lab.running.set('a-1', { hasCheckpoint: true });
    lab.sample({ others: [stranger()] });
    expect(lab.signals()).toEqual([]);
    lab.sample({ others: [stranger()] });
    lab.sample({ others: [stranger()] });
    expect(lab.signals()).toEqual(['a-1 TERM']);
    for (let second = 0; second < 5; second += 1) lab.sample({ others: [stranger()] });
    expect(lab.signals()).toEqual([]);
    lab.sample({ others: [stranger()] });
    lab.world.post({ kind: 'tick' });
    expect(lab.signals()).toEqual(['a-1 KILL']);
    lab.running.delete('a-1');
    lab.world.finish('a-1', { exit: 137 });
    expect(lab.world.take('send-end').end.outcome).toEqual({
      kind: 'evicted',
      over: 'others',
      message: 'somebody else computes on GPU 0',
    });
  });

  it('goes on beside what is idle, and makes way when that computes again', () => {
    const lab = new Lab('a-1', 'a-2');
    lab.running.set('a-1', { hasCheckpoint: true });
    const notebook = (idleMs: number) => ({ others: [stranger({ idleMs })] });
    for (let second = 0; second < 5; second += 1) lab.sample(notebook(600_000));
    expect(lab.signals()).toEqual([]);
    expect(lab.figures().gpus[0]).toMatchObject({
      othersProcesses: 1,
      strangers: 0,
      others: [{ user: 'mina', processes: 1, are: 'idle' }],
    });
    for (let second = 0; second < 3; second += 1) lab.sample(notebook(0));
    expect(lab.signals()).toEqual(['a-1 TERM']);
  });

  it('waits for as long as the inventory says', () => {
    const lab = new Lab('a-1');
    lab.running.set('a-1', { hasCheckpoint: true });
    lab.world.say(1, { kind: 'limits', limits: { ...noLimits, idleAfterMs: 3_600_000 } });
    for (let second = 0; second < 3; second += 1) lab.sample({ others: [stranger({ idleMs: 3_500_000 })] });
    expect(lab.signals()).toEqual(['a-1 TERM']);
  });

  it('is not in the way of trials that another account has claimed room for, but of what that account forgot there', () => {
    const lab = new Lab('a-1');
    lab.running.set('a-1', { hasCheckpoint: true });
    const trial = stranger({ user: 'jonas', isClaimed: true });
    for (let second = 0; second < 5; second += 1) lab.sample({ others: [trial] });
    expect(lab.signals()).toEqual([]);
    expect(lab.figures().gpus[0]?.others).toMatchObject([{ user: 'jonas', are: 'trials' }]);
    for (let second = 0; second < 3; second += 1)
      lab.sample({ others: [trial, stranger({ user: 'jonas' })] });
    expect(lab.signals()).toEqual(['a-1 TERM']);
  });

  it('is named as the last one there where it has no checkpoint, with who came', () => {
    const lab = new Lab('a-1', 'a-2');
    lab.sample({ others: [stranger(), stranger({ user: 'jonas' })] });
    expect(lab.figures().lastOnes).toEqual([{ attempt: 'a-1', because: 'mina and jonas compute on GPU 0' }]);
    lab.sample({ others: [stranger({ user: null })] });
    expect(lab.figures().lastOnes).toEqual([{ attempt: 'a-1', because: 'somebody else computes on GPU 0' }]);
    lab.sample();
    expect(lab.figures().lastOnes).toEqual([]);
  });

  it('is not taken for somebody else where the driver lists processes by numbers of another place', () => {
    const lab = new Lab('a-1', 'a-2');
    lab.running.set('a-1', { hasCheckpoint: true });
    for (let second = 0; second < 10; second += 1)
      lab.sample({ others: [stranger()], listsProcesses: false });
    expect(lab.signals()).toEqual([]);
  });

  it('goes to its end where it has no checkpoint, and nothing follows it there', () => {
    const lab = new Lab('a-1', 'a-2');
    for (let second = 0; second < 30; second += 1) lab.sample({ others: [stranger()] });
    expect(lab.signals()).toEqual([]);
    lab.running.delete('a-1');
    lab.world.post({ kind: 'exited', attempt: 'a-1', oomKills: null });
    lab.world.lease(onGpu('a-3'));
    for (let second = 0; second < 70; second += 1) lab.sample({ others: [stranger()] });
    expect(lab.world.state.attempts.get('a-3')?.device).not.toBe(uuid(0));
  });
});

describe('a host that somebody keeps free', () => {
  const hold = { file: '/tmp/labsweep-hold', user: 'mina', ms: 60_000 };

  it('starts nothing, is left by what has a checkpoint, and starts again when the file is gone', () => {
    const lab = new Lab('a-1', 'a-2');
    lab.running.set('a-1', { hasCheckpoint: true });
    lab.hold = hold;
    lab.sample();
    expect(lab.signals()).toEqual(['a-1 TERM']);
    const because = 'mina has kept the host free for 1 min by touching /tmp/labsweep-hold';
    expect(lab.figures()).toMatchObject({ hold, lastOnes: [{ attempt: 'a-2', because }] });
    lab.running.delete('a-1');
    lab.world.finish('a-1', { exit: 143 });
    // No name of anybody is kept.
    expect(lab.world.take('send-end').end.outcome).toMatchObject({
      kind: 'evicted',
      over: 'others',
      message: 'somebody keeps the host free by touching /tmp/labsweep-hold',
    });
    lab.world.lease(leaseOf('a-3', { cpus: 0, memory: 0 }));
    lab.sample();
    expect(lab.world.takeAll('spawn')).toEqual([]);
    expect(lab.holds()).toEqual([{ kind: 'hold', ...hold }]);
    lab.hold = null;
    lab.sample();
    expect(lab.world.takeAll('spawn').map(({ lease }) => lease.attempt)).toEqual(['a-3']);
    expect(lab.world.journal.join('')).not.toContain('mina has');
  });
});

describe('P5: a host', () => {
  const moment: Moment = {
    at: 0,
    watts: 460,
    idleWatts: 60,
    limitWatts: 500,
    celsius: 70,
    memoryBytes: gib,
    memoryTotalBytes: 64 * gib,
    running: 2,
  };
  const recall = (more: Partial<{ ceiling: typeof noCeiling; moments: Moment[] }> = {}): World => {
    const world = new World(factsOf({ gpus, cpus: 16 }));
    const { ceiling = noCeiling, moments = [moment] } = more;
    const before = { bootId: 'before', moments, hasLeft: false };
    const known = { ceiling, others: [], before, at: 5 };
    world.post({ kind: 'recalled', ...known });
    world.post({ kind: 'booted', facts: world.state.facts });
    return world;
  };

  it('that went down under load knows its ceiling from the first moment on, and keeps it', () => {
    const world = recall();
    expect(world.take('keep-ceiling').ceiling.watts).toBe(380);
    expect(world.state.ceiling.watts).toBe(380);
    expect(recall({ moments: [] }).takeAll('keep-ceiling')).toEqual([]);
  });

  const last = (bootId = 'before'): ToAgent => ({
    kind: 'last-moments',
    bootId,
    moments: [{ ...moment, at: 2_000 }],
  });

  it('learns from what a coordinator heard last, which its own disk lacks', () => {
    const world = recall({ moments: [{ ...moment, watts: 200 }] });
    expect(world.state.ceiling.watts).toBeNull();
    world.greet(1);
    world.say(1, last());
    expect(world.state.ceiling.watts).toBe(380);
    world.say(1, last());
    expect(world.takeAll('keep-ceiling')).toHaveLength(1);
    // Where the disk has kept nothing, too.
    const bare = new World(factsOf({ gpus, cpus: 16 }));
    bare.post({ kind: 'recalled', ceiling: noCeiling, others: [], before: null, at: 5 });
    bare.post({ kind: 'booted', facts: bare.state.facts });
    bare.greet(1);
    bare.say(1, last());
    expect(bare.state.ceiling.watts).toBe(380);
  });

  it('learns nothing from a coordinator of this boot, of one before the last, after a farewell, or of what a person has forgotten', () => {
    const quiet = { moments: [{ ...moment, watts: 200 }] };
    for (const [boot, isForgotten] of [
      ['before', true],
      ['older', false],
      [factsOf({ gpus, cpus: 16 }).bootId, false],
    ] as const) {
      const world = recall(quiet);
      world.greet(1);
      if (isForgotten) world.say(1, { kind: 'forget-ceiling', of: 'all' });
      world.say(1, last(boot));
      expect(world.state.ceiling.watts).toBeNull();
    }
    const world = new World(factsOf({ gpus, cpus: 16 }));
    const before = { bootId: 'before', moments: [], hasLeft: true };
    world.post({ kind: 'recalled', ceiling: noCeiling, others: [], before, at: 5 });
    world.post({ kind: 'booted', facts: world.state.facts });
    world.greet(1);
    world.say(1, last());
    expect(world.state.ceiling.watts).toBeNull();
  });

  it('forgets it where a person says so', () => {
    const world = recall();
    world.greet(1);
    world.say(1, { kind: 'forget-ceiling', of: 'all' });
    expect(world.state.ceiling).toEqual(noCeiling);
    expect(world.takeAll('keep-ceiling').at(-1)?.ceiling).toEqual(noCeiling);
  });

  it('forgets what a power cut has taught under a load that it had borne, and not under more than ever', () => {
    for (const [borneWatts, watts] of [
      [455, null],
      [300, 300],
      [0, 380],
    ] as const) {
      const before = { ...noCeiling, borneWatts };
      const world = recall({ ceiling: before });
      world.greet(1);
      world.say(1, { kind: 'forget-ceiling', of: 'last-crash' });
      expect(world.state.ceiling.watts).toBe(watts);
    }
  });

  it('keeps its moments every 5 s while trials run, at once where it carries more than ever, and none while nothing runs', () => {
    const lab = new Lab('a-1');
    const kept = (seconds: number, figures: Partial<MeasuredGpu>): number => {
      for (let second = 0; second < seconds; second += 1) lab.sample(figures);
      return lab.world.takeAll('keep-moments').length;
    };
    kept(30, {});
    expect(kept(20, {})).toBe(4);
    expect(kept(1, { powerWatts: 240 })).toBe(1);
    lab.running.clear();
    lab.world.post({ kind: 'exited', attempt: 'a-1', oomKills: null });
    kept(2, {});
    expect(kept(20, {})).toBe(0);
  });

  it('has borne what its GPUs took on the mean of 20 s', () => {
    const lab = new Lab('a-1', 'a-2');
    expect(lab.world.state.ceiling.borneWatts).toBeCloseTo(400);
  });
});
