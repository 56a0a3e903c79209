/**
 * What 100,000 trials may cost, as CPU time: tests share their machine. The bounds are a few times what is measured
 * (docs/benchmarks.md), and far below what a cost that grows with the square of the trials would take.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lab } from '../../bench/lab.ts';
import { writeFinishedLedger } from '../../bench/scale/finished-ledger.ts';
import { collectGarbage } from '../../bench/scale/garbage.ts';
import { hostsOf, interrupted, writeInterruptedLedger } from '../../bench/scale/interrupted-ledger.ts';
import { trialCount } from '../../bench/scale/large-sweep.ts';
import { leasesLeft, QueuedLab } from '../../bench/scale/queued-lab.ts';
import { restart } from '../../bench/scale/restart.ts';
import { fold } from '../../src/ledger/fold.ts';
import { emptyLedger } from '../../src/ledger/state.ts';
import { openReader } from '../../src/ledger/store/reader.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'labsweep-scale-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function cpuMsOf(act: () => void): number {
  const before = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

describe('100,000 trials', () => {
  it('that wait are planned onto 14 hosts in four turns, and looked at no more while these are full', () => {
    // The first plans of a process are compiled meanwhile, which says nothing of how many trials there are.
    for (let warm = 0; warm < 3; warm += 1) new QueuedLab(4_000, 14).plan();
    const lab = new QueuedLab(trialCount, 14);
    collectGarbage();
    let leased = 0;
    const turns = Array.from({ length: 4 }, () => cpuMsOf(() => (leased += lab.plan().leased)));
    expect(Math.min(...turns)).toBeLessThan(30);
    expect(leased).toBe(leasesLeft(14));
    // The least of three: the compiler and the collector count as well, and come when they like.
    const looks = Array.from({ length: 3 }, () => cpuMsOf(() => (leased += lab.plan().leased)));
    expect(Math.min(...looks)).toBeLessThan(20);
    expect(leased).toBe(leasesLeft(14));
  });

  it('of 500 shapes are planned onto 100 GPUs in turns that are short', () => {
    const lab = new QueuedLab(trialCount, 100, 500);
    collectGarbage();
    let leased = 0;
    const turns = Array.from({ length: 10 }, () => cpuMsOf(() => (leased += lab.plan().leased)));
    expect(turns.toSorted((one, other) => one - other)[4]).toBeLessThan(60);
    expect(leased).toBe(5_000);
  });

  it('that have ended are read from a ledger, each event checked, and folded', () => {
    const state = join(folder, 'finished');
    writeFinishedLedger(state, trialCount);
    const ledger = emptyLedger();
    const cpuMs = cpuMsOf(() => {
      const opened = openReader(state);
      if (opened.kind !== 'opened') throw new Error('the ledger cannot be read');
      for (const event of opened.reader.read(0).events) fold(ledger, event);
    });
    expect([...ledger.sweeps.values()].map(({ counts }) => counts.succeeded)).toEqual([trialCount]);
    expect(cpuMs).toBeLessThan(6_000);
  });

  it('are planned by the command in seconds', async () => {
    const lab = new Lab(join(folder, 'plan'));
    const command = ['echo', '{"score": {x}, "y": {y}}'];
    lab.write('large', { command, grid: { x: { from: 1, to: 1_000 }, y: { from: 1, to: 100 } } });
    let said = '';
    expect(await lab.type(['plan', 'large.yaml'], (line) => (said ||= line)).ended).toBeLessThan(10_000);
    expect(said).toContain('100000 trials');
  });
});

it('a coordinator that comes back to 10,000 finished and 500 running trials decides within 2 s', () => {
  const state = join(folder, 'interrupted');
  const running = writeInterruptedLedger(state, interrupted, hostsOf(14));
  collectGarbage();
  let decided = { running: 0, leased: 0 };
  expect(cpuMsOf(() => (decided = restart(state, running)))).toBeLessThan(2_000);
  expect(decided.running).toBe(interrupted.running);
  expect(decided.leased).toBeGreaterThan(0);
});

it('a first trial starts soon after the command, with no agent and a fresh folder', async () => {
  const lab = new Lab(join(folder, 'first'));
  lab.write('first', { command: ['sh', '-c', 'sleep 0.5; echo "$0"', '{"score": {x}}'], grid: { x: [1] } });
  const began = performance.now();
  let startedMs = Number.POSITIVE_INFINITY;
  const run = lab.type(['run', 'first.yaml', '--json'], (line) => {
    if (line.startsWith('{"event":"started"')) startedMs = performance.now() - began;
  });
  await run.ended;
  await lab.endAgent();
  expect(startedMs).toBeLessThan(6_000);
});
