/** Children that have left their trial's session, that nobody is the parent of and that ignore SIGTERM. */
import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fixture, Host, launchOf, leaseOf, type Writer } from './real-agent.ts';

let host: Host;
let writer: Writer;

beforeEach(async () => {
  host = new Host();
  writer = await host.writer();
  writer.lease(launchOf([fixture('leaves-orphans'), gate()]), leaseOf('a-1'));
  await writer.logHas('a-1', 'ready');
  expect(host.survivors().length).toBeGreaterThan(6);
});

afterEach(async () => {
  expect(await host.dispose()).toEqual([]);
});

const gate = (): string => `${host.folder}/gate`;
const end = (): void => writeFileSync(gate(), '');
const killWrapper = (): void => void process.kill(host.wrapper('a-1'), 'SIGKILL');

async function nextAgent(): Promise<void> {
  await host.kill('SIGKILL');
  await host.serve();
  writer = await host.connect();
  await writer.greet(2);
}

describe('what a trial has left behind', () => {
  it.each([
    ['it ends', end, 'succeeded'],
    ['it is cancelled', () => writer.send({ kind: 'cancel', attempts: ['a-1'] }), 'cancelled'],
    ['it vanishes', killWrapper, 'vanished'],
  ])('is ended when %s', async (_, act, outcome) => {
    act();
    expect((await writer.ended('a-1')).end.outcome.kind).toBe(outcome);
    await expect.poll(() => host.survivors(), { timeout: 5_000 }).toEqual([]);
  });

  it.each([
    ['it ends', end, 'succeeded'],
    ['it is cancelled', () => writer.send({ kind: 'cancel', attempts: ['a-1'] }), 'cancelled'],
    ['it vanishes', killWrapper, 'vanished'],
  ])('is ended by the next agent when %s', async (_, act, outcome) => {
    await nextAgent();
    act();
    expect((await writer.ended('a-1')).end.outcome.kind).toBe(outcome);
    await expect.poll(() => host.survivors(), { timeout: 5_000 }).toEqual([]);
  });

  it('is ended by the next agent where the trial ended while there was none', async () => {
    await host.kill('SIGKILL');
    end();
    await expect.poll(() => host.survivors().length, { timeout: 5_000 }).toBe(6);
    await host.serve();
    writer = await host.connect();
    await writer.greet(2);
    expect((await writer.ended('a-1')).end.outcome.kind).toBe('succeeded');
    await expect.poll(() => host.survivors(), { timeout: 5_000 }).toEqual([]);
  });

  it('of one that hangs ends with it after stallAfter, by a later agent too', {
    timeout: 30_000,
  }, async () => {
    await nextAgent();
    const hangs = launchOf([fixture('leaves-orphans'), `${gate()}-never`], { stallAfterMs: 2_000 });
    writer.send({ kind: 'cancel', attempts: ['a-1'] });
    await writer.ended('a-1');
    writer.lease({ ...hangs, command: [fixture('never-ends')] }, leaseOf('a-2'));
    await writer.logHas('a-2', 'ready');
    await nextAgent();
    expect((await writer.ended('a-2')).end.outcome).toEqual({ kind: 'stalled', afterMs: 2_000 });
    await expect.poll(() => host.survivors(), { timeout: 5_000 }).toEqual([]);
  });
});
