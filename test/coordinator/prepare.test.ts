import { describe, expect, it } from 'vitest';
import type { Instruction } from '../../src/coordinator/core/events.ts';
import { hostName } from '../../src/model/ids.ts';
import { leasesIn, points, World } from './world.ts';

const preparedIn = (instructions: readonly Instruction[]): string[] =>
  instructions.flatMap((instruction) => (instruction.kind === 'prepare' ? [instruction.launch] : []));

describe('a host that comes back with all trials in its backlog', () => {
  it('is prepared again: its agent may have begun anew, without the values that these are passed', () => {
    const world = new World();
    world.declare(undefined, points(1));
    const [attempt = ''] = leasesIn(world.ready('cedar'));
    world.post({ kind: 'host-disconnected', host: hostName('cedar'), because: 'cut' });
    expect(preparedIn(world.connect('cedar', { backlog: [attempt] }))).toEqual(['launch-1']);
  });
});

describe('a host that could not be prepared', () => {
  it('is leased nothing, and asked again only over its next connection', () => {
    const world = new World();
    world.declare();
    expect(preparedIn(world.connect('cedar'))).toEqual(['launch-1']);
    const refused = world.post({
      kind: 'launch-refused',
      host: hostName('cedar'),
      launch: 'launch-1',
      problem: '`setup` (make) ended with exit code 2',
      logTail: 'no rule',
    });
    expect([...leasesIn(refused), ...preparedIn(refused)]).toEqual([]);
    expect(preparedIn(world.connect('cedar'))).toEqual(['launch-1']);
  });
});
