import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fixture, Host, launchOf, leaseOf } from '../worker/real-agent.ts';
import { callsOf, straceIsHere, temporaryFolder, watchProcess } from './system-calls.ts';

const journal = `import { Journal } from 'src/worker/spool/journal.ts';
  const term = (number) => ({ kind: 'term', ledger: 'ledger', term: number, owner: 'mina' });`;

describe.runIf(straceIsHere())('P2 what an agent has written down reaches the disk (needs strace)', () => {
  let host: Host;
  beforeEach(() => {
    host = new Host();
  });
  afterEach(async () => expect(await host.dispose()).toEqual([]));

  it('all of a journal that takes the place of another, before it does', async () => {
    const path = `${temporaryFolder()}/journal`;
    const calls = await callsOf(`${journal} Journal.rewrite(args[0], [term(1)]).close();`, [path]);
    const written = calls.first('write', '"term":1');
    expect(calls.isSynced(`${path}.next`, { after: written, before: calls.renamedTo(path) })).toBe(true);
  });

  it('by itself, a moment after it was written', async () => {
    const writer = await host.writer();
    const watch = await watchProcess(host.agent?.pid ?? 0);
    await writer.run('a-1', launchOf([fixture('prints-score'), '1']));
    const isSynced = (): boolean => {
      const calls = watch.calls();
      const after = calls.first('pwrite64', '"kind":"ended","attempt":"a-1"');
      return calls.isSynced(/journal\.ndjson$/, { after });
    };
    await expect.poll(isSynced, { timeout: 10_000 }).toBe(true);
  });

  it('at once before a trial starts that may take the host down', async () => {
    const writer = await host.writer();
    const watch = await watchProcess(host.agent?.pid ?? 0);
    writer.lease(launchOf([fixture('prints-score'), '1']), leaseOf('alone', { alone: true }));
    await writer.ended('alone');
    const closed = once(watch.strace, 'close');
    await host.kill('SIGTERM');
    await closed;
    const calls = watch.calls();
    const after = calls.first('pwrite64', '"kind":"starting","attempt":"alone"');
    const before = calls.first('mkdir', '/runs/alone"');
    expect(before).toBeGreaterThan(after);
    expect(calls.isSynced(/journal\.ndjson$/, { after, before })).toBe(true);
  });
});
