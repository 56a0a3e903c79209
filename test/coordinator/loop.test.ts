import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CoordinatorDoor, CoordinatorLoop } from '../../src/coordinator/loop.ts';
import { attemptId, hostName } from '../../src/model/ids.ts';
import { declarationOf, endOf, leasesIn, points, World } from './world.ts';

/** The loop over a sweep of one trial that runs, and what left it in order. */
function loopAtWork({ diskIsFull = false } = {}) {
  const world = new World();
  world.declare(declarationOf(), points(2));
  const [attempt = ''] = leasesIn(world.ready('cedar'));
  const left: string[] = [];
  const turns: (() => void)[] = [];
  const say = (what: string) => (): void => void left.push(what);
  const door: CoordinatorDoor = {
    now: () => world.now,
    soon: (turn) => turns.push(turn),
    commit: () => {
      if (diskIsFull) throw new Error('the disk is full');
      left.push('commit');
    },
    send: (_, message) => left.push(message.kind),
    enter: say('enter'),
    leave: say('leave'),
    prepare: say('prepare'),
    storeArtifacts: say('store-artifacts'),
    fetch: say('fetch'),
    carry: say('carry'),
    answer: say('answer'),
    committed: say('committed'),
    failed: (cause) => left.push(String(cause)),
  };
  const loop = new CoordinatorLoop(world.state, door);
  const files = [{ path: 'model.json', base64: '' }];
  const sha256 = createHash('sha256').update('').digest('hex');
  const artifacts = [{ path: 'model.json', sizeBytes: 0, sha256, comesBack: true }];
  const end = { ...endOf({ kind: 'succeeded' }, 1), artifacts };
  const ends = (): void =>
    loop.post({
      kind: 'host-message',
      host: hostName('cedar'),
      message: { kind: 'ended', attempt: attemptId(attempt), end, files },
    });
  const runTurns = (): void => {
    for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) turn();
  };
  return { left, ends, runTurns };
}

describe('P1 P2 a turn of the coordinator', () => {
  it('commits, keeps the files of an end, and only then acknowledges it', () => {
    const { left, ends, runTurns } = loopAtWork();
    ends();
    expect(left).toEqual([]);
    runTurns();
    expect(left).toEqual(['commit', 'store-artifacts', 'ack', 'committed']);
  });

  it('commits once for all that has come', () => {
    const { left, ends, runTurns } = loopAtWork();
    for (let times = 0; times < 3; times += 1) ends();
    runTurns();
    expect(left.filter((what) => what === 'commit')).toHaveLength(1);
  });

  it('is the last one where the disk refuses: nothing leaves it, and nothing is decided any more', () => {
    const { left, ends, runTurns } = loopAtWork({ diskIsFull: true });
    ends();
    runTurns();
    ends();
    runTurns();
    expect(left).toEqual(['Error: the disk is full']);
  });
});
