import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fixture, Host, launchOf, leaseOf } from './real-agent.ts';

/** One that has just come to its end has nothing to stop. */
function stop(pid: number): void {
  try {
    process.kill(pid, 'SIGSTOP');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

let host: Host;
beforeEach(() => {
  host = new Host();
});
afterEach(async () => expect(await host.dispose()).toEqual([]));

it('a trial that was stopped hears that it is to end, and saves what it has', async () => {
  const writer = await host.writer();
  writer.lease(launchOf([fixture('saves-on-sigterm')]), leaseOf('a-1'));
  await writer.logHas('a-1', 'ready');
  for (const pid of host.survivors()) stop(pid);
  writer.send({ kind: 'cancel', attempts: ['a-1'] });
  // Within the grace, after which it is killed: 10 s.
  const { end } = await writer.ended('a-1');
  expect(end.outcome.kind).toBe('cancelled');
  expect(existsSync(host.runFile('a-1', '../../checkpoints/trial-of-a-1/saved'))).toBe(true);
});
