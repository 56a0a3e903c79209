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
  const refuse = (world: World): readonly Instruction[] =>
    world.post({
      kind: 'launch-refused',
      host: hostName('cedar'),
      launch: 'launch-1',
      problem: '`setup` (make) ended with exit code 2',
      logTail: 'no rule',
    });

  it('is leased nothing, and asked again only over its next connection', () => {
    const world = new World();
    world.declare();
    expect(preparedIn(world.connect('cedar'))).toEqual(['launch-1']);
    const refused = refuse(world);
    expect([...leasesIn(refused), ...preparedIn(refused)]).toEqual([]);
    expect(preparedIn(world.connect('cedar'))).toEqual(['launch-1']);
  });

  it('or as soon as a person runs or resumes, who has mended it', () => {
    const world = new World();
    world.declare();
    world.connect('cedar');
    refuse(world);
    const command = { kind: 'resume', sweep: null } as const;
    expect(preparedIn(world.post({ kind: 'asked', by: 1, command }))).toEqual(['launch-1']);
  });
});
