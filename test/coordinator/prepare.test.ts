import { describe, expect, it } from 'vitest';
import type { Instruction } from '../../src/coordinator/core/events.ts';
import { hostName } from '../../src/model/ids.ts';
import { declarationOf, leasesIn, points, World } from './world.ts';

const preparedIn = (instructions: readonly Instruction[]): string[] =>
  instructions.flatMap((instruction) => (instruction.kind === 'prepare' ? [instruction.launch] : []));

/** A sweep of one trial, leased to the only host, whose connection was cut and is there again. */
function comesBack(passEnv: readonly string[]): readonly Instruction[] {
  const world = new World();
  const declaration = declarationOf();
  world.declare({ ...declaration, spec: { ...declaration.spec, passEnv: [...passEnv] } }, points(1));
  const [attempt = ''] = leasesIn(world.ready('cedar'));
  world.post({ kind: 'host-disconnected', host: hostName('cedar'), because: 'cut' });
  return world.connect('cedar', { backlog: [attempt] });
}

describe('a host that comes back with all trials in its backlog', () => {
  it('is brought the values that these are passed, since its agent may have begun anew', () => {
    expect(preparedIn(comesBack(['TOKEN']))).toEqual(['launch-1']);
  });

  it('is not asked to prepare again for others: it works through them by itself', () => {
    expect(preparedIn(comesBack([]))).toEqual([]);
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
