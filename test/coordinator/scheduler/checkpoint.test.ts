import { describe, expect, it } from 'vitest';
import type { Instruction } from '../../../src/coordinator/core/events.ts';
import { hostName } from '../../../src/model/ids.ts';
import type { Outcome } from '../../../src/model/outcome.ts';
import type { Lease } from '../../../src/protocol/messages.ts';
import { declarationOf, endOf, failure, leasesIn, points, World } from '../world.ts';

const leases = (instructions: readonly Instruction[], host: string): readonly Lease[] =>
  instructions.flatMap((instruction) =>
    instruction.kind === 'send' && instruction.message.kind === 'lease' && instruction.host === hostName(host)
      ? instruction.message.leases
      : [],
  );

/** One trial that ran on cedar first; birch and maple came later and are as good. @returns what is leased where then */
function leasedAgain(outcome: Outcome, host: string): readonly Lease[] {
  const world = new World(['birch', 'cedar', 'maple']);
  world.declare(declarationOf({ retries: 3 }), points(1));
  const [attempt = ''] = leasesIn(world.ready('cedar'));
  world.ready('birch');
  world.ready('maple');
  return leases(world.end(attempt, endOf(outcome)), host);
}

describe('a trial that continues', () => {
  it.each<Outcome>([
    { kind: 'lost', reason: 'reboot' },
    { kind: 'lost', reason: 'shutdown' },
    { kind: 'evicted', message: 'its owner came back' },
  ])('goes where its checkpoint is, if that would end it about as early ($kind)', (outcome) => {
    expect(leasedAgain(outcome, 'cedar')).toMatchObject([{ number: 2, continues: 'n1-1' }]);
  });

  it.each<Outcome>([failure(), { kind: 'oom', message: 'the kernel killed it' }])(
    'goes elsewhere where its end speaks against the host ($kind)',
    (outcome) => {
      expect(leasedAgain(outcome, 'cedar')).toEqual([]);
    },
  );

  it('does not wait for its checkpoint where another host would end it markedly earlier', () => {
    const world = new World(['cedar', 'birch']);
    world.declare(declarationOf(), points(4));
    const first = leasesIn(world.ready('cedar'));
    world.now += 10_000;
    const given = [...first, ...leasesIn(world.post({ kind: 'plan' }))];
    expect(given).toHaveLength(4);
    const running = given.slice(0, 2).map((attempt) => ({ attempt, device: 'cpu' }));
    world.say('cedar', { kind: 'started', attempts: running });
    world.ready('birch');
    const again = world.end(given[0] ?? '', endOf({ kind: 'lost', reason: 'reboot' }));
    expect(leases(again, 'birch')).toMatchObject([{ number: 2, continues: null }]);
  });
});
