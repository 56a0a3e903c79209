import { describe, expect, it } from 'vitest';
import { judge, judgeKnowing, judgeLabsweep, schedulers } from './judge.ts';
import { Night } from './night.ts';
import { PerGpu } from './schedulers.ts';

describe('a modelled night of the lab', () => {
  it('is the same for the same seed, and another for another', () => {
    const one = judge(1, {}, schedulers['one a GPU']);
    expect(judge(1, {}, schedulers['one a GPU'])).toEqual(one);
    expect(judge(2, {}, schedulers['one a GPU'])).not.toEqual(one);
  });

  it('has 14 servers, 39 GPUs and the 441 trials of sweeps/lab.yaml', () => {
    const { servers, trials, owners } = new Night(1);
    expect([servers.length, servers.flatMap(({ gpus }) => gpus).length]).toEqual([14, 39]);
    expect([trials.length, owners.length]).toEqual([441, 2]);
  });

  it('keeps to its physics with whatever is started', { timeout: 60_000 }, () => {
    const night = new Night(3);
    const scheduler = new PerGpu(night, 4);
    while (!scheduler.isDone && night.second < 10_000) {
      night.tick();
      scheduler.decide();
      for (const server of night.servers) {
        if (!server.isUp(night.second)) expect(server.trainings).toEqual([]);
        for (const { gpu, celsius } of server.gpus) {
          expect(server.gpuUsedBytes(gpu.index)).toBeLessThanOrEqual(gpu.bytes);
          expect(celsius).toBeGreaterThan(20);
        }
        expect(server.usedBytes()).toBeGreaterThan(0);
      }
    }
    expect(night.crashes.length).toBeGreaterThan(0);
    expect(night.outOfMemory).toBeGreaterThan(0);
  });

  it('has no crash, and no owner disturbed, where a calm lab runs one trial a GPU; who knows all is faster', {
    timeout: 60_000,
  }, () => {
    const one = judge(4, { isCalm: true }, schedulers['one a GPU']);
    expect(one).toMatchObject({ crashes: 0, ownersDisturbed: 0, done: 441 });
    const knowing = judgeKnowing(4, { isCalm: true });
    expect(knowing).toMatchObject({ crashes: 0, outOfMemory: 0, done: 441 });
    expect(knowing.makespanSeconds).toBeLessThan(one.makespanSeconds);
  });

  it('P4 P5: labsweep takes no host down twice, none in the night after, and leaves owners alone', {
    timeout: 300_000,
  }, () => {
    const [first, after] = judgeLabsweep(2, {}, { isDeclared: true, nights: 2, untilSecond: 3_000 });
    // Both weak power supplies are found out, each once.
    expect(first).toMatchObject({ crashes: 2, crashesOfOne: 1, outOfMemory: 0 });
    expect(after).toMatchObject({ crashes: 0, outOfMemory: 0 });
    for (const night of [first, after]) {
      expect(night?.ownersDisturbed).toBeLessThan(0.01);
      // The longest come first: of most GPUs the first one is through by then.
      expect(night?.done).toBeGreaterThan(15);
    }
  });
});
