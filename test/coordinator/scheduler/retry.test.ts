import { describe, expect, it } from 'vitest';
import { hostName } from '../../../src/model/ids.ts';
import type { Outcome } from '../../../src/model/result/outcome.ts';
import { declarationOf, endOf, failure, leasesIn, points, World } from '../world.ts';

const minute = 60_000;

/** Two hosts, one of which ran the only trial to a bad end while the other one was cut off. */
function failedOnCedar(outcome: Outcome = failure()) {
  const world = new World(['cedar', 'maple']);
  world.declare(declarationOf({ retries: 3 }), points(1));
  const [attempt = ''] = leasesIn(world.ready('cedar'));
  world.ready('maple');
  world.post({
    kind: 'host-disconnected',
    host: hostName('maple'),
    because: 'the connection was cut',
  });
  const again = leasesIn(world.end(attempt, endOf(outcome)));
  const after = (ms: number): readonly string[] => {
    return leasesIn(world.pass(ms));
  };
  return { world, again, after };
}

describe('a trial that failed on the only host that is connected', () => {
  it('waits for the one that is cut off, and starts there', () => {
    const { world, again, after } = failedOnCedar();
    expect([...again, ...after(4 * minute)]).toEqual([]);
    expect(leasesIn(world.ready('maple'), 'maple')).toHaveLength(1);
  });

  it('goes back after 5 minutes', () => {
    const { after } = failedOnCedar();
    expect(after(4.9 * minute)).toEqual([]);
    expect(after(0.2 * minute)).toHaveLength(1);
  });

  it('goes back at once where no other may be used', () => {
    const { world } = failedOnCedar();
    const off = { kind: 'off', host: 'maple', because: 'PSU broken' } as const;
    expect(leasesIn(world.post({ kind: 'asked', by: 1, command: off }))).toHaveLength(1);
  });

  it('goes back at once where the end blames nobody', () => {
    expect(failedOnCedar({ kind: 'lost', reason: 'reboot' }).again).toHaveLength(1);
  });

  it('waits for none that has failed it as well', () => {
    const { world } = failedOnCedar();
    const [there = ''] = leasesIn(world.ready('maple'));
    world.post({
      kind: 'host-disconnected',
      host: hostName('cedar'),
      because: 'the connection was cut',
    });
    expect(leasesIn(world.end(there, endOf(failure('exit code 2')), 'maple'))).toHaveLength(1);
  });
});
