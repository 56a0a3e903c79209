/** A host whose clock is wrong by days, and is set while trials run there. */
import { execFile } from 'node:child_process';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fixture, Host, launchOf, leaseOf } from './real-agent.ts';

const run = promisify(execFile);
const module = join(import.meta.dirname, '../fixtures/clock-from-file.cjs');
const daySeconds = 86_400;

let host: Host;
let clock: string;

beforeEach(() => {
  host = new Host();
  clock = join(host.folder, 'clock');
});

afterEach(async () => {
  expect(await host.dispose()).toEqual([]);
});

const set = (aheadSeconds: number): void => writeFileSync(clock, String(aheadSeconds));
const environment = () => ({
  ...process.env,
  CLOCK_FILE: clock,
  NODE_OPTIONS: `--require=${module}`,
});

async function agent(term: number) {
  await host.serve(60_000, environment());
  const writer = await host.connect();
  await writer.greet(term);
  return writer;
}

/** A trial that would be ended by an hour more of anything. */
const gated = () =>
  launchOf([fixture('waits-for-file'), join(host.folder, 'gate')], {
    timeoutMs: 3_600_000,
    stallAfterMs: 3_600_000,
  });

describe('a host whose clock is set while trials run there', () => {
  it('ends none of them for it, and measures them right', async () => {
    set(-5 * daySeconds);
    expect((await run(process.execPath, ['-p', 'Date.now()'], { env: environment() })).stdout).toSatisfy(
      (text: string) => Number(text) < Date.now() - 4 * daySeconds * 1_000,
    );
    const writer = await agent(1);
    writer.lease(gated(), leaseOf('a-1'));
    await writer.logHas('a-1', 'ready');
    for (const days of [5, -40, 3]) {
      set(days * daySeconds);
      // Its limits are looked at with each sample.
      for (let samples = 0; samples < 2; samples += 1) {
        const from = writer.heard.length;
        await expect
          .poll(() => writer.heard.slice(from).some(({ kind }) => kind === 'figures'), { timeout: 5_000 })
          .toBe(true);
      }
    }
    expect(writer.heard.filter(({ kind }) => kind === 'ended')).toEqual([]);
    writer.lease(launchOf([fixture('prints-score'), '0.5']), leaseOf('a-2'));
    expect((await writer.ended('a-2')).end.outcome).toEqual({ kind: 'succeeded' });
    writeFileSync(join(host.folder, 'gate'), '');
    const { end } = await writer.ended('a-1');
    expect(end.outcome).toEqual({ kind: 'succeeded' });
    expect(end.seconds).toBeGreaterThan(3);
    expect(end.seconds).toBeLessThan(120);
  });

  it.each([
    ['ahead', 5 * daySeconds],
    ['back', -5 * daySeconds],
  ])('knows how long a trial ran that no agent saw end, though it was set %s', async (_, seconds) => {
    set(0);
    const writer = await agent(1);
    writer.lease(gated(), leaseOf('a-1'));
    await writer.logHas('a-1', 'ready');
    await host.kill('SIGKILL');
    writeFileSync(join(host.folder, 'gate'), '');
    await expect.poll(() => host.survivors().length, { timeout: 5_000 }).toBe(0);
    // As the kernel, whose clock all share here, would have written it then.
    const at = Date.now() / 1_000 + seconds;
    utimesSync(host.runFile('a-1', 'exit'), at, at);
    set(seconds);
    const again = await agent(2);
    const { end } = await again.ended('a-1');
    expect(end.outcome).toEqual({ kind: 'succeeded' });
    expect(end.seconds).toBeGreaterThan(0);
    expect(end.seconds).toBeLessThan(60);
  });
});
