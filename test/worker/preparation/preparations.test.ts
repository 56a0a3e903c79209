import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Launch } from '../../../src/model/launch.ts';
import { noSettings } from '../../../src/model/inventory/inventory.ts';
import { Preparations } from '../../../src/worker/preparation/preparations.ts';
import { Steps } from '../../../src/worker/preparation/step.ts';
import type { PreparationResult } from '../../../src/worker/core/preparation.ts';
import { ContentKeeper } from '../../../src/worker/spool/content-keeper.ts';
import { openHostFolder } from '../../../src/worker/spool/host-folder.ts';
import { isAlive, readProcessStat } from '../../../src/worker/telemetry/process-stat.ts';
import { launchOf } from '../real-agent.ts';

let root: string;
const told: string[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'labsweep-prepare-'));
});
afterEach(() => {
  told.length = 0;
  rmSync(root, { recursive: true, force: true });
});

function prepare(launch: Partial<Launch>, buildMs?: number): Promise<PreparationResult> {
  const login = { environment: { PATH: process.env['PATH'] ?? '' }, umask: 0o022 };
  const host = openHostFolder(root, 'machine');
  const preparations = new Preparations(
    host,
    new ContentKeeper(host.content, { machine: 'machine', bootId: 'boot' }),
    () => login,
    (text) => text,
    buildMs,
  );
  const request = { spec: launchOf(['true'], launch), settings: noSettings, wheels: null };
  return preparations.prepare(request, (doing) => told.push(doing));
}

/** A zombie is gone: whether somebody waits for it is its parent's business. */
const isGone = (pid: number): boolean => {
  const stat = readProcessStat(pid);
  return stat === null || !isAlive(stat);
};

describe('a setup that hangs', () => {
  it('is ended with all that it had started, and says for how long it ran, its last words and what to do', async () => {
    const pids = join(root, 'pids');
    const script = `sleep 1000 & echo $$ $! > ${pids}; echo waiting for the licence; wait`;
    const result = await prepare({ setup: ['sh', '-c', script] }, 300);
    expect(result).toMatchObject({ kind: 'failed', reason: 'setup', logTail: 'waiting for the licence' });
    expect(result.kind === 'failed' && result.message).toMatch(
      /^`setup` \(sh -c .*\) did not end within 300 ms and was ended; run it there by hand to see what it waits for: waiting for the licence \(its log there: .*\.log\)$/,
    );
    const started = readFileSync(pids, 'utf8').trim().split(' ').map(Number);
    expect(started).toHaveLength(2);
    await vi.waitUntil(() => started.every(isGone));
  });

  it('is answered at its end, whatever daemon it has started holds its output open', async () => {
    const pid = join(root, 'pid');
    const result = await new Steps(
      (text) => text,
      () => 0o022,
    ).run({
      argv: ['sh', '-c', `sleep 1000 & echo $! > ${pid}; echo answer`],
      folder: root,
      environment: { PATH: process.env['PATH'] ?? '' },
      log: join(root, 'log'),
      answers: true,
      limitMs: 60_000,
      running: () => {},
    });
    process.kill(Number(readFileSync(pid, 'utf8')), 'SIGKILL');
    expect(result).toEqual({ kind: 'done', output: 'answer\n' });
  });

  it('lets go of an output that a process outside of its group holds open', async () => {
    const pid = join(root, 'pid');
    const script = `setsid sh -c 'echo $$ > ${pid}; exec sleep 1000' & sleep 1000`;
    const result = await new Steps(
      (text) => text,
      () => 0o022,
    ).run({
      argv: ['sh', '-c', script],
      folder: root,
      environment: { PATH: process.env['PATH'] ?? '' },
      log: join(root, 'log'),
      answers: true,
      limitMs: 300,
      running: () => {},
    });
    process.kill(Number(readFileSync(pid, 'utf8')), 'SIGKILL');
    expect(result.kind).toBe('failed');
  });
});

describe('a setup that was made', () => {
  it('is called made only when the disk has it', async () => {
    const bin = join(root, 'bin');
    mkdirSync(bin);
    const script = `#!/bin/sh\necho "$@" >${root}/synced\nls ${root}/host/machine/setups >>${root}/synced\n`;
    writeFileSync(join(bin, 'sync'), script, { mode: 0o755 });
    vi.stubEnv('PATH', `${bin}:${process.env['PATH'] ?? ''}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await prepare({ setup: ['touch', 'made'] })).toMatchObject({ kind: 'ready' });
    const synced = readFileSync(join(root, 'synced'), 'utf8');
    expect(synced).toMatch(/^-f .*\/setups\/[0-9a-f]{32}\n/);
    expect(synced).not.toContain('.done');
    expect(readdirSync(join(root, 'host/machine/setups')).some((name) => name.endsWith('.done'))).toBe(true);
  });
});

describe('a preparation that takes long', () => {
  it('tells what runs, for how long, and the last line of its log', async () => {
    const go = join(root, 'go');
    const script = `printf "1 %%\\r2 %%\\n"; until test -e ${go}; do sleep 0.05; done`;
    const made = prepare({ setup: ['sh', '-c', script] });
    await vi.waitUntil(() => told.length > 0, { timeout: 10_000 });
    expect(told[0]).toMatch(/^`setup` \(sh -c .*\) runs for 2(\.\d)? s: 2 %$/);
    writeFileSync(go, '');
    expect(await made).toMatchObject({ kind: 'ready' });
  });
});
