/** Agents that end, in whatever way, and those that come after them. */
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noLimits } from '../../src/throttle/limits.ts';
import { fixture, Host, launchOf, leaseOf } from './real-agent.ts';

let host: Host;

beforeEach(() => {
  host = new Host();
});

afterEach(async () => {
  expect(await host.dispose()).toEqual([]);
});

/** A trial that runs until `gate` is written. */
const gated = () => {
  const gate = `${host.folder}/gate`;
  return { launch: launchOf([fixture('waits-for-file'), gate]), open: () => writeFileSync(gate, '') };
};

describe('P1 an agent that is killed', () => {
  it('leaves its trials running; the next one finds them, and each runs once', async () => {
    const writer = await host.writer();
    const { launch, open } = gated();
    writer.lease(launch, leaseOf('a-1'));
    await writer.logHas('a-1', 'ready');
    await host.kill('SIGKILL');

    await host.serve();
    const again = await host.connect();
    const state = await again.greet(2);
    expect(state).toMatchObject({
      backlog: [],
      running: [{ attempt: 'a-1', trial: 'trial-of-a-1' }],
      ended: [],
    });
    expect(state.running[0]?.runningMs).toBeGreaterThan(0);
    open();
    const { end } = await again.ended('a-1');
    expect(end).toMatchObject({ outcome: { kind: 'succeeded' }, final: { score: 1 } });
    expect(end.seconds).toBeGreaterThan(0);
    expect(readFileSync(host.runFile('a-1', 'log'), 'utf8')).toBe('ready\n{"score": 1}\n');
  });

  it('reads numbers again that it had read and not given out: the last of them is the result', async () => {
    const writer = await host.writer();
    const gate = `${host.folder}/gate`;
    const script = `echo 'acc: 0.8'; echo 'acc: 0.9'; until test -e ${gate}; do sleep 0.05; done`;
    const metrics = { stdout: ['acc: {score}'], csv: null };
    writer.lease(launchOf(['sh', '-c', script], { metrics }), leaseOf('a-1'));
    expect(await writer.hears('metrics')).toMatchObject({ from: 0, lines: [{ score: 0.8 }] });
    await host.kill('SIGKILL');

    await host.serve();
    const again = await host.connect();
    await again.greet(2);
    writeFileSync(gate, '');
    const { end } = await again.ended('a-1');
    expect(end).toMatchObject({ metricsCount: 2, final: { score: 0.9 } });
  });

  it('hears of the end of a trial that ended while no agent lived', async () => {
    const writer = await host.writer();
    const { launch, open } = gated();
    writer.lease(launch, leaseOf('a-1'));
    await writer.logHas('a-1', 'ready');
    await host.kill('SIGKILL');
    open();
    await expect.poll(() => host.survivors().length, { timeout: 5_000 }).toBe(0);

    await host.serve();
    const again = await host.connect();
    await again.greet(2);
    expect((await again.ended('a-1')).end.outcome).toEqual({ kind: 'succeeded' });
  });

  it('has vanished trials where the process was killed with it, and ends what is left of them', async () => {
    const writer = await host.writer();
    writer.lease(launchOf([fixture('leaves-children'), '1000']), leaseOf('a-1'));
    await writer.logHas('a-1', 'child');
    const wrapper = host.wrapper('a-1');
    await host.kill('SIGKILL');
    // The wrapper alone: what it has started lives on without it.
    process.kill(wrapper, 'SIGKILL');

    await host.serve();
    const again = await host.connect();
    await again.greet(2);
    expect((await again.ended('a-1')).end.outcome).toEqual({ kind: 'vanished' });
    await expect.poll(() => host.survivors(), { timeout: 5_000 }).toEqual([]);
  });

  it('keeps its backlog, its limits and its unacknowledged ends', async () => {
    const writer = await host.writer();
    const { launch, open } = gated();
    writer.send({ kind: 'limits', limits: { ...noLimits, slots: 1 } });
    await writer.run('a-1', launchOf([fixture('prints-score'), '0.5']));
    writer.lease(launch, leaseOf('a-2'), leaseOf('a-3'));
    await writer.started('a-2');
    await host.kill('SIGKILL');

    await host.serve();
    const again = await host.connect();
    const state = await again.greet(1);
    expect(state).toMatchObject({
      backlog: ['a-3'],
      running: [{ attempt: 'a-2' }],
      ended: [{ attempt: 'a-1', trial: 'trial-of-a-1' }],
    });
    expect(await again.ended('a-1')).toMatchObject({
      end: { outcome: { kind: 'succeeded' }, final: { score: 0.5 } },
    });
    expect(await again.hears('metrics')).toMatchObject({ attempt: 'a-1', from: 0, lines: [{ score: 0.5 }] });
    again.send({ kind: 'ack', attempts: ['a-1'] });
    open();
    await again.ended('a-3');
  });

  it('reads on in a report where the last one stopped', async () => {
    const writer = await host.writer();
    const { launch, open } = gated();
    writer.lease(launch, leaseOf('a-1'));
    await writer.logHas('a-1', 'ready');
    appendFileSync(host.runFile('a-1', 'report.ndjson'), '{"step": 1, "score": 0.1}\n');
    await writer.hears('metrics');
    await host.kill('SIGKILL');
    appendFileSync(host.runFile('a-1', 'report.ndjson'), '{"step": 2, "score": 0.2}\n');

    await host.serve();
    const again = await host.connect();
    await again.greet(2);
    open();
    const { end } = await again.ended('a-1');
    expect(end).toMatchObject({ metricsCount: 2, final: { step: 2, score: 0.2 } });
    const lines = again.heard.flatMap((message) => (message.kind === 'metrics' ? message.lines : []));
    expect(lines).toEqual([
      { step: 1, score: 0.1 },
      { step: 2, score: 0.2 },
    ]);
  });

  it('finds a trial again whose launch an agent before it had brought to its end', async () => {
    const { launch, open } = gated();
    const spec = { kind: 'launch', launch: 'launch', spec: launch, wheels: null, passed: {} } as const;
    const writer = await host.writer();
    writer.send(spec, { kind: 'lease', leases: [leaseOf('a-1')] });
    await writer.logHas('a-1', 'ready');
    open();
    await writer.ended('a-1');
    writer.send({ kind: 'ack', attempts: ['a-1'] });
    await writer.logHas('a-1', 'ready');
    await host.kill('SIGKILL');
    rmSync(`${host.folder}/gate`);

    await host.serve();
    const second = await host.connect();
    await second.greet(2);
    second.send(spec, { kind: 'lease', leases: [leaseOf('a-2')] });
    await second.logHas('a-2', 'ready');
    await host.kill('SIGKILL');

    await host.serve();
    const third = await host.connect();
    await third.greet(3);
    open();
    expect((await third.ended('a-2')).end.outcome).toEqual({ kind: 'succeeded' });
  });

  it('tolerates a torn tail of its journal', async () => {
    const writer = await host.writer();
    await writer.run('a-1', launchOf([fixture('prints-score'), '0.5']));
    await host.kill('SIGKILL');
    appendFileSync(host.runFile('..', 'journal.ndjson'), '{"kind":"acked","attem');

    await host.serve();
    const again = await host.connect();
    expect(await again.greet(2)).toMatchObject({ ended: [{ attempt: 'a-1' }] });
  });

  it('after another boot gives up what ran, and keeps what was sealed and is intact', async () => {
    const writer = await host.writer();
    const { launch, open } = gated();
    const writes = launchOf([fixture('writes-artifacts')]);
    await writer.run('a-1', writes);
    await writer.run('a-2', writes);
    writer.lease(launch, leaseOf('a-3'));
    await writer.started('a-3');
    open();
    await host.kill('SIGKILL');
    await expect.poll(() => host.survivors().length, { timeout: 5_000 }).toBe(0);
    const journal = host.runFile('..', 'journal.ndjson');
    writeFileSync(
      journal,
      readFileSync(journal, 'utf8').replace(/("kind":"boot","bootId":)"[^"]*"/, '$1"another"'),
    );
    writeFileSync(host.runFile('a-2', 'artifacts/model.bin'), '\0\0\0\0\0\0\0\0');

    await host.serve();
    const again = await host.connect();
    await again.greet(2);
    expect((await again.ended('a-1')).end.outcome).toEqual({ kind: 'succeeded' });
    expect((await again.ended('a-3')).end.outcome).toEqual({ kind: 'lost', reason: 'reboot' });
    await again.hears('ended', (said) => said.attempt === 'a-2' && said.end.outcome.kind === 'lost');
  });
});

describe('an agent', () => {
  it('that is told to end leaves its trials running', async () => {
    const writer = await host.writer();
    const { launch, open } = gated();
    writer.lease(launch, leaseOf('a-1'));
    await writer.logHas('a-1', 'ready');
    await host.kill('SIGTERM');
    expect(host.survivors().length).toBeGreaterThan(0);

    await host.serve();
    const again = await host.connect();
    await again.greet(2);
    open();
    expect((await again.ended('a-1')).end.outcome).toEqual({ kind: 'succeeded' });
  });

  it('cancels a trial that another one had started', async () => {
    const writer = await host.writer();
    writer.lease(launchOf([fixture('never-ends')]), leaseOf('a-1'));
    await writer.logHas('a-1', 'ready');
    await host.kill('SIGKILL');
    await host.serve();
    const again = await host.connect();
    await again.greet(2);
    again.send({ kind: 'cancel', attempts: ['a-1'] });
    expect((await again.ended('a-1')).end.outcome).toEqual({ kind: 'cancelled' });
  });
});
