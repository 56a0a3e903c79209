/** Two real accounts on one host, each with an agent of its own: who comes later is not last. Needs root. */
import { totalmem } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusalSchema, refusalText } from '../../../src/model/refusal/refusal.ts';
import { noLimits } from '../../../src/throttle/limits.ts';
import { Host, launchOf, leaseOf, type Writer } from '../real-agent.ts';

const [mina, jonas] = [64_001, 64_002];
/** Takes its time, and next to nothing of what it claims: two of them do not fit. */
const naps = launchOf(['sh', '-c', 'sleep 0.6; echo "{\\"score\\": 1}"']);
const half = totalmem() * 0.48;

const hosts: Host[] = [];
beforeEach(() => void hosts.push(...[mina, jonas].map((uid) => new Host({ uid, gid: uid }))));
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.dispose();
});

const trials = (who: string, count: number) =>
  Array.from({ length: count }, (_, index) =>
    leaseOf(`${who}-${index}`, {
      shape: who,
      // Cores that it says it holds are what counts between accounts.
      resources: { cpus: 4, gpus: 0, gpuMemoryBytes: null, hostMemoryBytes: half, diskBytes: null },
    }),
  );

const endedOf = ({ heard }: Writer): number => heard.filter(({ kind }) => kind === 'ended').length;

const turnsTold = ({ heard }: Writer): string[] =>
  heard.flatMap((said) =>
    said.kind === 'figures'
      ? said.holds.flatMap(({ refusals }) =>
          refusals
            .map((one) => refusalSchema.parse(one))
            .flatMap((one) => (one.kind === 'turn' ? refusalText(one) : [])),
        )
      : [],
  );

const isHere = process.getuid?.() === 0 && process.platform === 'linux';

describe.skipIf(!isHere)('two accounts that want the same room', { timeout: 180_000 }, () => {
  it('take turns: 10 trials that come behind 200 are through early, and of 200 more each has its share', async () => {
    const [first, later] = await Promise.all(hosts.map((host) => host.writer()));
    if (first === undefined || later === undefined) throw new Error('two agents were started');
    // Whoever else is at work on this machine is not asked about here.
    for (const writer of [first, later])
      writer.send({ kind: 'limits', limits: { ...noLimits, load: 1_000 } });
    first.lease(naps, ...trials('mina', 200));
    await expect.poll(() => endedOf(first), { timeout: 60_000 }).toBeGreaterThanOrEqual(8);
    const before = endedOf(first);
    later.lease(naps, ...trials('jonas', 10));
    await expect.poll(() => endedOf(later), { timeout: 60_000 }).toBe(10);
    expect(endedOf(first) - before).toBeLessThan(30);

    // Where nobody gave way, one of them would have the room until it has nothing more to start.
    later.lease(naps, ...trials('theo', 200));
    const from = [first, later].map(endedOf);
    const since = (): number[] => [first, later].map((writer, index) => endedOf(writer) - (from[index] ?? 0));
    const all = (): number => since().reduce((sum, count) => sum + count, 0);
    await expect.poll(all, { timeout: 90_000 }).toBeGreaterThanOrEqual(50);
    expect(Math.min(...since())).toBeGreaterThanOrEqual(15);
    expect([...turnsTold(first), ...turnsTold(later)][0]).toMatch(
      /^the host is left to user 6400\d, of whom a trial waits: of late user 6400\d has used .* of the host's cores, and you .* s$/,
    );
  });
});
