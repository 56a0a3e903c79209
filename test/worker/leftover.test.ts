import { afterEach, beforeEach, expect, it } from 'vitest';
import { noLimits } from '../../src/throttle/limits.ts';
import { fixture, Host, launchOf, leaseOf } from './real-agent.ts';

let host: Host;
beforeEach(() => {
  host = new Host();
});
afterEach(async () => expect(await host.dispose()).toEqual([]));

it('P3 P4 what a trial leaves running is gone before the next one has its room', async () => {
  const writer = await host.writer();
  writer.send({ kind: 'limits', limits: { ...noLimits, slots: 1 } });
  const count = `grep -lzs '^LABSWEEP_PARAMS=${host.folder}/.*/a-1/' /proc/[0-9]*/environ | wc -l`;
  const counts = launchOf(['sh', '-c', `echo "{\\"score\\": $(${count})}"`]);
  writer.lease(launchOf([fixture('leaves-children')]), leaseOf('a-1'));
  writer.lease(counts, leaseOf('a-2'));
  expect((await writer.ended('a-1')).end.outcome.kind).toBe('succeeded');
  expect((await writer.ended('a-2')).end.final).toEqual({ score: 0 });
});
