/** The process that starts trials for an agent, and what follows when it is killed. */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wrapper } from '../../src/worker/supervisor/wrapper.ts';
import { readProcessStat } from '../../src/worker/telemetry/process-stat.ts';
import { fixture, Host, launchOf, leaseOf } from './real-agent.ts';

let host: Host;

beforeEach(() => {
  host = new Host();
});

afterEach(async () => {
  expect(await host.dispose()).toEqual([]);
});

const launcher = (): number | null => host.launcher();

const kill = (pid: number | null): void => void process.kill(pid ?? Number.NaN, 'SIGKILL');

describe('P1 a launcher that is killed', () => {
  it('leaves its trials running; their agent sees them end, and starts the next by another', async () => {
    const writer = await host.writer();
    const gate = `${host.folder}/gate`;
    writer.lease(launchOf([fixture('waits-for-file'), gate]), leaseOf('a-1'));
    await writer.logHas('a-1', 'ready');
    const killed = launcher();
    kill(killed);
    // Until the agent has noticed: what it asks of a dead launcher has vanished.
    await expect.poll(() => readProcessStat(killed ?? 0)).toBeNull();

    expect((await writer.run('a-2', launchOf([fixture('prints-score'), '0.5']))).end.outcome).toEqual({
      kind: 'succeeded',
    });
    writeFileSync(gate, '');
    expect((await writer.ended('a-1')).end).toMatchObject({
      outcome: { kind: 'succeeded' },
      final: { score: 1 },
    });
  });

  it('is replaced while trials come and go, and none of them is lost or run twice', async () => {
    const writer = await host.writer();
    const attempts = Array.from({ length: 60 }, (_, index) => `a-${index}`);
    writer.lease(launchOf([fixture('prints-score'), '0.5']), ...attempts.map((attempt) => leaseOf(attempt)));
    const ends = () => writer.heard.filter((said) => said.kind === 'ended');
    for (const seen of [5, 20, 40]) {
      await expect.poll(() => ends().length, { timeout: 10_000 }).toBeGreaterThanOrEqual(seen);
      // The next one comes with the next trial.
      await expect
        .poll(() => launcher() !== null || ends().length === attempts.length, {
          timeout: 10_000,
        })
        .toBe(true);
      const running = launcher();
      if (running !== null) kill(running);
    }
    // What the launcher took with it between a fork and its program is given back, or has vanished.
    const isGivenBack = (attempt: string): boolean =>
      writer.heard.some((said) => said.kind === 'taken-back' && said.attempts.includes(attempt));
    for (const attempt of attempts) {
      await expect
        .poll(() => isGivenBack(attempt) || ends().some((said) => said.attempt === attempt), {
          timeout: 10_000,
        })
        .toBe(true);
      if (isGivenBack(attempt)) continue;
      const { end } = await writer.ended(attempt);
      expect(['succeeded', 'vanished']).toContain(end.outcome.kind);
      expect(end.metricsCount).toBe(end.outcome.kind === 'succeeded' ? 1 : 0);
    }
    expect(ends()).toHaveLength(attempts.filter((attempt) => !isGivenBack(attempt)).length);
  });
});

it('starts nothing any more that its agent was asked for in vain', async () => {
  const writer = await host.writer();
  const stopped = launcher();
  process.kill(stopped ?? Number.NaN, 'SIGSTOP');
  writer.lease(launchOf([fixture('prints-score'), '0.5']), leaseOf('a-1'));
  await expect.poll(() => existsSync(host.runFile('a-1', 'params.json')), { timeout: 10_000 }).toBe(true);
  kill(stopped);
  expect(await writer.hears('taken-back')).toMatchObject({ attempts: ['a-1'] });
  // As a child does that the launcher had forked, and that comes to its program only now.
  const ran = `${host.folder}/ran`;
  spawnSync('/bin/sh', ['-c', wrapper, 'labsweep', host.runFile('a-1', 'exit'), '022', 'touch', ran]);
  expect(existsSync(ran)).toBe(false);
});

it('ends with its agent, however that ends', async () => {
  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    await host.serve();
    // It listens before it has read what is there, and then starts its launcher.
    await expect.poll(launcher, { timeout: 5_000 }).not.toBeNull();
    const pid = launcher();
    await host.kill(signal);
    await expect.poll(() => readProcessStat(pid ?? 0)?.state ?? 'gone').toMatch(/gone|Z/);
  }
});
