import { describe, expect, it } from 'vitest';
import type { Instruction } from '../../src/coordinator/core/events.ts';
import type { AttemptEnd } from '../../src/model/result/attempt-end.ts';
import { attemptId, hostName } from '../../src/model/ids.ts';
import { declarationOf, endOf, leasesIn, points, World } from './world.ts';

const artifact = (path: string, comesBack = true) => ({
  path,
  sizeBytes: 3,
  sha256: 'ab'.repeat(32),
  comesBack,
});
const end: AttemptEnd = {
  ...endOf({ kind: 'succeeded' }, 1),
  artifacts: [artifact('small.json'), artifact('large.bin'), artifact('trace.log', false)],
};
const files = [{ path: 'small.json', base64: 'e30=' }];

function ended() {
  const world = new World();
  world.declare(declarationOf(), points(1));
  const [attempt = ''] = leasesIn(world.ready('cedar'));
  const told = (): readonly Instruction[] => world.say('cedar', { kind: 'ended', attempt, end, files });
  return { world, attempt, told };
}

const fetchedIn = (instructions: readonly Instruction[]): unknown[] =>
  instructions.flatMap((one) => (one.kind === 'fetch' ? one.artifacts.map(({ path }) => path) : []));

const awaitedIn = (world: World, attempt: string): string[] => [
  ...(world.state.ledger.awaited.get(attemptId(attempt)) ?? []),
];

describe('P1 what a trial leaves behind', () => {
  it('is kept before its end is acknowledged, which its host waits for', () => {
    const { attempt, told } = ended();
    const instructions = told();
    const place = (fits: (one: Instruction) => boolean): number => instructions.findIndex(fits);
    const [kept] = instructions.filter(({ kind }) => kind === 'store-artifacts');
    expect(kept).toEqual({ kind: 'store-artifacts', attempt, files });
    const stored = place(({ kind }) => kind === 'store-artifacts');
    expect(stored).toBeGreaterThan(place(({ kind }) => kind === 'commit'));
    expect(stored).toBeLessThan(place((one) => one.kind === 'send' && one.message.kind === 'ack'));
  });

  it('is fetched where it did not come along, and awaited until it has come', () => {
    const { world, attempt, told } = ended();
    expect(fetchedIn(told())).toEqual(['large.bin']);
    expect(awaitedIn(world, attempt)).toEqual(['large.bin']);
    world.post({ kind: 'artifact-fetched', attempt: attemptId(attempt), path: 'large.bin' });
    expect(awaitedIn(world, attempt)).toEqual([]);
  });

  it('is kept again when the end comes again: the coordinator may have died between its commit and the files', () => {
    const { told } = ended();
    told();
    expect(told().filter(({ kind }) => kind === 'store-artifacts')).toHaveLength(1);
  });

  it('is written within a turn as far as others can wait for, and asked for one by one beyond that', () => {
    const world = new World();
    world.declare(declarationOf(), points(1));
    const [attempt = ''] = leasesIn(world.ready('cedar'));
    const paths = Array.from({ length: 1_000 }, (_, index) => `${index}`);
    const many = { ...end, artifacts: paths.map((path) => artifact(path)) };
    const brought = paths.map((path) => ({ path, base64: 'e30=' }));
    const told = world.say('cedar', { kind: 'ended', attempt, end: many, files: brought });
    const stored = told.flatMap((one) =>
      one.kind === 'store-artifacts' ? one.files.map(({ path }) => path) : [],
    );
    expect(stored).toHaveLength(200);
    expect([...stored, ...fetchedIn(told)]).toEqual(paths);
    expect(awaitedIn(world, attempt)).toEqual(paths.slice(200));
  });

  it('is asked for anew over the next connection, as long as it has not come', () => {
    const { world, attempt, told } = ended();
    told();
    world.post({ kind: 'host-disconnected', host: hostName('cedar'), because: 'cut' });
    const back = world.connect('cedar');
    expect(back.filter(({ kind }) => kind === 'fetch')).toMatchObject([{ host: 'cedar', attempt }]);
    expect(fetchedIn(back)).toEqual(['large.bin']);
  });
});
