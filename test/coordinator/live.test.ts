import { expect, it } from 'vitest';
import { liveFigures } from '../../src/coordinator/live.ts';
import { type Refusal, refusalText } from '../../src/model/refusal/refusal.ts';
import { calm, declarationOf, leasesIn, points, World } from './world.ts';

it('a host’s reasons name trials by their parameters, and what this ledger does not know by its id', () => {
  const world = new World();
  world.declare(declarationOf(), points(2));
  const [attempt = ''] = leasesIn(world.ready('cedar'));
  const refusals: Refusal[] = [
    { kind: 'ramp', attempt },
    { kind: 'beside', attempt: 'another-7' },
    {
      kind: 'gpus',
      devices: [{ device: 'GPU-a', index: 0, refusals: [{ kind: 'gpu-unknown', attempt }] }],
    },
  ];
  world.say('cedar', { kind: 'figures', figures: calm, holds: [{ attempt, refusals }], others: [] });
  const [host] = liveFigures(world.state, 1, 0, world.now).hosts;
  expect(host?.holds.flatMap((hold) => hold.refusals.map(refusalText))).toEqual([
    'waits until the memory of x=0 has settled, the first of its kind',
    expect.stringMatching(/^attempt another-7 runs alone there/),
    expect.stringMatching(/^GPU 0 has x=0, and nobody knows yet/),
  ]);
});
