/** An objective that is NaN or infinite: a result of its point, whoever tells it and whichever sweep asks. */
import { describe, expect, it } from 'vitest';
import { hostName, sweepName, trialId } from '../../src/model/ids.ts';
import type { Outcome } from '../../src/model/result/outcome.ts';
import { declarationOf, endOf, failure, leasesIn, points, sentIn, World } from './world.ts';

const divergence: Outcome = { kind: 'diverged', message: 'score is NaN in its result' };
/** In the words of an agent of before. */
const notFinite: Outcome = {
  kind: 'failed',
  reason: 'not-finite',
  exitCode: 0,
  signal: null,
  message: divergence.message,
};
const nanEnd = (outcome: Outcome = divergence) => ({
  ...endOf(outcome),
  final: { score: 'NaN' },
  metricsCount: 1,
});
const counts = (world: World, name = 'lab') => world.state.ledger.sweeps.get(sweepName(name))?.counts;

describe('a trial that has diverged', () => {
  it.each([
    ['as agents say it', divergence],
    ['as an older agent says it', notFinite],
  ])('is not tried again, and is charged to nobody, %s', (_, outcome) => {
    const world = new World();
    world.declare(declarationOf({ retries: 5 }), points(1));
    const [attempt = ''] = leasesIn(world.ready('cedar'));
    expect(leasesIn(world.end(attempt, nanEnd(outcome)))).toEqual([]);
    const trial = world.state.ledger.trials.get(trialId('trial-0'));
    expect(trial).toMatchObject({ charges: 0, uncharged: 0, status: { kind: 'diverged', attempt } });
    expect(counts(world)).toMatchObject({ diverged: 1, failed: 0, queued: 0 });
    expect(world.state.ledger.hosts.get(hostName('cedar'))).toMatchObject({ charges: 0, quarantine: null });
  });

  it('stops no sweep, however many of the first do, and forgets failures before it', () => {
    const world = new World();
    world.declare(declarationOf({ retries: 0 }), points(60));
    let leased = leasesIn(world.ready('cedar'));
    for (let ended = 0; ended < 60; ended += 1) {
      const [attempt = '', ...rest] = leased;
      const end = ended < 2 ? endOf(failure()) : nanEnd();
      leased = [...rest, ...leasesIn(world.end(attempt, end))];
    }
    expect(world.state.ledger.sweeps.get(sweepName('lab'))?.status.kind).toBe('open');
    expect(counts(world)).toMatchObject({ diverged: 58, failed: 2, queued: 0 });
  });

  it('P3 is no more trained by `run` or by another sweep of the same objective, and the first result counts', () => {
    const world = new World(['cedar', 'birch']);
    world.declare(declarationOf({ retries: 0 }), points(1));
    const [attempt = ''] = leasesIn(world.ready('cedar'));
    world.end(attempt, nanEnd());
    expect(leasesIn(world.ready('birch'))).toEqual([]);
    expect(leasesIn(world.declare(declarationOf(), points(1)))).toEqual([]);
    expect(leasesIn(world.declare(declarationOf({ sweep: 'other' }), points(1)))).toEqual([]);
    expect(counts(world, 'other')).toMatchObject({ diverged: 1, queued: 0 });
    const command = { kind: 'retry' as const, trials: ['trial-0'] };
    expect(leasesIn(world.post({ kind: 'asked', by: 1, command }))).toEqual([]);
  });

  it('is a success of a sweep whose metric its lines hold', () => {
    const world = new World();
    world.declare(declarationOf({ retries: 0 }), points(1));
    const [attempt = ''] = leasesIn(world.ready('cedar'));
    world.end(attempt, { ...nanEnd(), final: { score: 'NaN', accuracy: 0.1 } });
    const objective = { metric: 'accuracy', goal: 'maximize', at: 'final', selectOnTest: false } as const;
    world.declare(declarationOf({ sweep: 'accuracy', objective }), points(1));
    expect(counts(world, 'accuracy')).toMatchObject({ succeeded: 1, diverged: 0 });
    expect(counts(world)).toMatchObject({ succeeded: 0, diverged: 1 });
  });

  it('has its checkpoint dropped: nothing goes on from it', () => {
    const world = new World();
    world.declare(declarationOf({ retries: 1 }), points(1));
    const [first = ''] = leasesIn(world.ready('cedar'));
    const [second = ''] = leasesIn(world.end(first, { ...endOf(failure()), checkpointBytes: 9 }));
    expect(sentIn(world.end(second, nanEnd()), 'drop-checkpoints')).toHaveLength(1);
  });
});
