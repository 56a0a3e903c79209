/** A launch that could not be made on a host for want of disk space. */
import { expect, it } from 'vitest';
import { hostName } from '../../src/model/ids.ts';
import { declarationOf, points, World } from './world.ts';

it.each([
  ['for want of disk space is tried again after a minute', 'pip: No space left on device', true],
  ['for another reason is left to a person', 'pip: no matching distribution', false],
])('what cannot be made on a host %s', (_, problem, isTriedAgain) => {
  const world = new World(['cedar', 'maple']);
  world.declare(declarationOf(), points(40));
  world.ready('maple');
  world.connect('cedar');
  const host = hostName('cedar');
  world.post({ kind: 'launch-refused', host, launch: 'launch-1', problem, logTail: '' });
  const prepared = (): boolean =>
    world
      .pass(30_000)
      .some((instruction) => instruction.kind === 'prepare' && instruction.host === hostName('cedar'));
  expect(prepared()).toBe(false);
  expect([prepared(), prepared()].includes(true)).toBe(isTriedAgain);
});
