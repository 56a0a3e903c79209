/** By real processes of this machine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { demandOf, Stuck } from '../../../src/worker/telemetry/demand.ts';
import { type ProcessStat, readProcessStat } from '../../../src/worker/telemetry/process-stat.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const { pid = 0 } of children.splice(0)) process.kill(-pid, 'SIGKILL');
});

function begin(command: string, ...args: readonly string[]): number {
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  children.push(child);
  return child.pid ?? 0;
}

const statOf = (pid: number): ProcessStat => {
  const stat = readProcessStat(pid);
  if (stat === null) throw new Error(`${pid} is gone`);
  return stat;
};
const wantedBy = (...pids: readonly number[]): number => demandOf(pids.map(statOf), [], new Stuck()).runnable;
const soon = { timeout: 10_000 };

describe.runIf(process.platform === 'linux')('what processes want', () => {
  it('is a core for each thread that can run, whatever the first one does', async () => {
    const script = `const { Worker } = require('node:worker_threads');
      for (const _ of [1, 2]) new Worker('for (;;);', { eval: true });
      setTimeout(() => {}, 1e6);`;
    const threads = begin(process.execPath, '-e', script);
    const loop = begin('sh', '-c', 'while :; do :; done');
    const sleeper = begin('sleep', '600');
    await expect.poll(() => wantedBy(threads), soon).toBe(2);
    await expect.poll(() => statOf(threads).state, soon).toBe('S');
    await expect.poll(() => wantedBy(threads, loop, sleeper), soon).toBe(3);
  });

  it('is nothing while they stand still', async () => {
    const loop = begin('sh', '-c', 'while :; do :; done');
    await expect.poll(() => wantedBy(loop), soon).toBe(1);
    process.kill(loop, 'SIGSTOP');
    await expect.poll(() => wantedBy(loop), soon).toBe(0);
  });

  it('is nothing where they wait in the kernel for what never comes', async () => {
    // Whoever has made a process by vfork(2) waits until that has ended or become another program.
    const script =
      'import ctypes, os, time\nif ctypes.CDLL(None).vfork() == 0:\n  time.sleep(600)\n  os._exit(0)';
    const waits = begin('python3', '-c', script);
    const reads = begin('sh', '-c', 'while sleep 0.01; do :; done');
    // While it begins it waits for the disk at times, too.
    const staysSo = async (): Promise<boolean> => {
      for (let look = 0; look < 10; look += 1) {
        if (statOf(waits).state !== 'D') return false;
        await pause(20);
      }
      return true;
    };
    await expect.poll(staysSo, soon).toBe(true);
    const stuck = new Stuck();
    const seen: number[] = [];
    for (let look = 0; look < 12; look += 1) {
      seen.push(demandOf([], [waits, reads], stuck).stuckOthers);
      await pause(100);
    }
    expect(seen).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
    expect(demandOf([], [reads], stuck).stuckOthers).toBe(0);
    expect(demandOf([], [waits], stuck).stuckOthers).toBe(0);
  });
});
