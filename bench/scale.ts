/** `node bench/scale.ts`: what 100,000 trials cost, and how soon a first one starts. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fold } from '../src/ledger/fold.ts';
import { emptyLedger } from '../src/ledger/state.ts';
import { openReader } from '../src/ledger/store/reader.ts';
import { hostName } from '../src/model/ids.ts';
import { Lab, type Typed } from './lab.ts';
import { writeFinishedLedger } from './scale/finished-ledger.ts';
import { collectGarbage } from './scale/garbage.ts';
import { interrupted, writeInterruptedLedger } from './scale/interrupted-ledger.ts';
import { declaration, trialCount } from './scale/large-sweep.ts';
import { QueuedLab } from './scale/queued-lab.ts';
import { median } from './table.ts';

const rounds = 5;
const runForMs = 30_000;
const noOp = ['echo', '{"score": {x}, "y": {y}}'];
/** Long enough to be told of as started. */
const brief = ['sh', '-c', 'sleep 0.5; echo "$0"', ...noOp.slice(1)];
const largeGrid = { x: { from: 1, to: trialCount / 100 }, y: { from: 1, to: 100 } };

const root = mkdtempSync(join(tmpdir(), 'labsweep-scale-'));
const labNamed = (name: string): Lab => new Lab(join(root, name));
const say = (what: string, figure: string): void => void process.stdout.write(`| ${what} | ${figure} |\n`);

try {
  say(`of ${trialCount} trials, or of a first one`, `median of ${rounds} where more than one was taken`);
  say('---', '---');
  await plans();
  for (const hosts of [1, 14, 50]) await schedulerPlan(hosts);
  finishedLedger(join(root, 'finished/.labsweep'));
  await commandsOnFinishedLedger();
  await restarted();
  await firstTrial();
  await planned();
} finally {
  rmSync(root, { recursive: true, force: true });
}

async function plans(): Promise<void> {
  const lab = labNamed('plan');
  lab.write('large', { command: noOp, grid: largeGrid });
  for (const flags of [[], ['--json']])
    say(
      `labsweep plan ${flags.join(' ')}`,
      await repeated(() => lab.type(['plan', 'large.yaml', ...flags]).ended),
    );
}

async function schedulerPlan(hosts: number): Promise<void> {
  let leased = 0;
  const figure = await repeated(() => {
    const lab = new QueuedLab(trialCount, hosts);
    collectGarbage();
    const planned = lab.plan();
    leased = planned.leased;
    return planned.ms;
  });
  say(`a plan of the scheduler, ${hosts} hosts of 64 cores with room for all: ${leased} leases`, figure);
}

function finishedLedger(folder: string): void {
  writeFinishedLedger(folder, trialCount);
  const began = performance.now();
  const opened = openReader(folder);
  if (opened.kind !== 'opened') throw new Error('the ledger cannot be read');
  const { events } = opened.reader.read(0);
  const read = performance.now();
  events.reduce(fold, emptyLedger());
  say('reading a ledger of finished trials, each event checked', msText(read - began));
  say('folding it', msText(performance.now() - read));
}

async function commandsOnFinishedLedger(): Promise<void> {
  const lab = labNamed('finished');
  for (const args of [['status'], ['leaderboard'], ['leaderboard', '--json'], ['resume']])
    say(`labsweep ${args.join(' ')}, all finished`, await repeated(() => lab.type(args).ended));
}

/**
 * A coordinator is killed that had 10,000 finished and 500 running trials, on one host; from the command that comes
 * back to the first start of another trial, for which there is room now.
 */
async function restarted(): Promise<void> {
  const rest = 20;
  const lab = labNamed('restarted');
  lab.inventory(interrupted.running);
  const progress = {
    finished: interrupted.finished,
    running: 0,
    queued: interrupted.running + rounds * rest,
  };
  writeInterruptedLedger(join(lab.folder, '.labsweep'), progress, [hostName('here')], ['sleep', '600']);
  let room = interrupted.running;
  const cpuTimes: number[] = [];
  const killedAfter = async (starts: number): Promise<number> => {
    const began = performance.now();
    let started = 0;
    let firstMs = Number.NaN;
    const all = Promise.withResolvers<void>();
    const run = lab.type(['resume', '--json'], (line) => {
      if (!line.startsWith('{"event":"started"')) return;
      if (started === 0) {
        firstMs = performance.now() - began;
        cpuTimes.push(cpuMs(run));
      }
      started += 1;
      if (started === starts) all.resolve();
    });
    await all.promise;
    run.child.kill('SIGKILL');
    await run.ended;
    return firstMs;
  };
  await killedAfter(room);
  cpuTimes.length = 0;
  const figure = await repeated(async () => {
    room += rest;
    lab.inventory(room);
    return killedAfter(rest);
  });
  say('labsweep resume with 10,000 finished and 500 running, to the first start of another', figure);
  say('the same, in CPU time of the command', msText(median(cpuTimes)));
  const stop = lab.type(['stop', declaration.sweep]);
  await stop.ended;
  await lab.endAgent();
}

/** From the command to the first trial, with a fresh state folder and no agent. */
async function firstTrial(): Promise<void> {
  let round = 0;
  const figure = await repeated(async () => {
    const lab = labNamed(`first-${(round += 1)}`);
    lab.write('first', { command: brief, grid: { x: [1, 2, 3], y: [1] } });
    const began = performance.now();
    let startedMs = Number.NaN;
    const run = lab.type(['run', 'first.yaml', '--json'], (line) => {
      if (Number.isNaN(startedMs) && line.startsWith('{"event":"started"'))
        startedMs = performance.now() - began;
    });
    await run.ended;
    await lab.endAgent();
    return startedMs;
  });
  say('labsweep run, to the first start of a trial; no agent, fresh folders', figure);
}

/** A coordinator that has all of them planned and runs no-ops for a while. */
async function planned(): Promise<void> {
  const lab = labNamed('planned');
  lab.write('large', { command: noOp, grid: largeGrid });
  let results = 0;
  const run = lab.type(['run', 'large.yaml', '--json'], (line) => {
    if (line.startsWith('{"event":"ended"')) results += 1;
  });
  await pause(runForMs);
  const mb = peakMb(run);
  run.child.kill('SIGINT');
  await run.ended;
  await lab.type(['stop', 'large']).ended;
  await lab.endAgent();
  say(`a coordinator with all of them planned, after ${results} results: most memory`, `${mb.toFixed(0)} MB`);
}

/** Fields 14 and 15 of proc_pid_stat(5), in ticks of 10 ms. */
function cpuMs({ child }: Typed): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function peakMb({ child }: Typed): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}

async function repeated(measure: () => number | Promise<number>): Promise<string> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) times.push(await measure());
  return `${msText(median(times))} (${msText(Math.min(...times))} to ${msText(Math.max(...times))})`;
}

function msText(ms: number): string {
  return ms < 1_000 ? `${ms.toFixed(ms < 10 ? 1 : 0)} ms` : `${(ms / 1_000).toFixed(2)} s`;
}
