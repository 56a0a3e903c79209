import { describe, expect, it } from 'vitest';
import { hostName, trialId } from '../../src/model/ids.ts';
import { declarationOf, endOf, failure, leasesIn, points, sentIn, World } from './world.ts';

const cedar = hostName('cedar');

describe('P1 P3 a ledger that was put back to an older copy', () => {
  it('goes on in a term after the one that a host knows, with ids that no other life of it gave', () => {
    const world = new World();
    world.declare();
    world.post({ kind: 'host-outlived', host: cedar, term: 9, nonce: 'n10' });
    expect(world.state.ledger.term).toBe(10);
    world.post({ kind: 'host-outlived', host: cedar, term: 4, nonce: 'n5' });
    expect(world.state.ledger.term).toBe(10);
    const leases = leasesIn(world.ready('cedar'));
    expect(leases.length).toBeGreaterThan(0);
    expect(leases.every((attempt) => attempt.startsWith('n10-'))).toBe(true);
  });

  it('adopts what runs and takes back what waits there; what began a moment before is ended', () => {
    const world = new World();
    world.declare();
    const running = [{ attempt: 'old-1', trial: 'trial-0', device: 'cpu', runningMs: 9 }];
    const back = world.connect('cedar', { running, backlog: ['old-2'] });
    expect(world.state.ledger.trials.get(trialId('trial-0'))?.status).toEqual({
      kind: 'running',
      attempt: 'old-1',
    });
    expect(sentIn(back, 'take-back')).toEqual([{ kind: 'take-back', attempts: ['old-2'] }]);
    const kept = world.say('cedar', { kind: 'taken-back', attempts: [], kept: ['old-2'] });
    expect(sentIn(kept, 'cancel')).toEqual([{ kind: 'cancel', attempts: ['old-2'] }]);
    const over = world.end('old-2', endOf({ kind: 'cancelled' }));
    expect(sentIn(over, 'ack')).toEqual([{ kind: 'ack', attempts: ['old-2'] }]);
  });

  it('does not acknowledge a result that it does not know yet: the next connection adopts it', () => {
    const world = new World();
    world.declare();
    world.connect('cedar');
    expect(sentIn(world.end('old-1', endOf({ kind: 'succeeded' }, 3)), 'ack')).toEqual([]);
    world.connect('cedar', { ended: [{ attempt: 'old-1', trial: 'trial-0' }] });
    expect(sentIn(world.end('old-1', endOf({ kind: 'succeeded' }, 3)), 'ack')).toHaveLength(1);
    expect(world.state.ledger.trials.get(trialId('trial-0'))?.status).toMatchObject({ kind: 'succeeded' });
  });

  it('charges what it adopts to no sweep that would grant it less: it waits until one has it again', () => {
    const world = new World();
    world.declare(declarationOf(), points(2));
    world.declare(declarationOf(), points(1));
    world.connect('cedar', { ended: [{ attempt: 'old-1', trial: 'trial-1' }] });
    world.end('old-1', endOf(failure()));
    world.declare(declarationOf(), points(2));
    expect(world.state.ledger.trials.get(trialId('trial-1'))).toMatchObject({
      charges: 1,
      status: { kind: 'queued' },
    });
  });
});
