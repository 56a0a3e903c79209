/** `npm run bench:scale`: 100,000 trials planned, queued and finished, and how soon a first trial starts. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fold } from '../src/ledger/fold.ts';
import { emptyLedger } from '../src/ledger/state.ts';
import { openReader } from '../src/ledger/store/reader.ts';
import { writeFinishedLedger } from './scale/finished-ledger.ts';
import { trialCount } from './scale/large-sweep.ts';
import { QueuedLab } from './scale/queued-lab.ts';

const labsweep = join(import.meta.dirname, '../bin/labsweep.js');
const rounds = 5;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
const timed = (work: () => void): number => {
  const began = performance.now();
  work();
  return (performance.now() - began) / 1_000;
};
const inFolder = <Result>(work: (folder: string) => Result): Result => {
  const folder = mkdtempSync(join(tmpdir(), 'labsweep-scale-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
const say = (what: string, figure: string): void => console.log(`| ${what} | ${figure} |`);

function run(folder: string, ...args: string[]): string {
  const ended = spawnSync(process.execPath, [labsweep, ...args], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (ended.status !== 0) throw new Error(`${args.join(' ')}: ${ended.stderr}`);
  return ended.stdout;
}

function writeSweep(folder: string, name: string, points: number): void {
  writeFileSync(
    join(folder, `${name}.yaml`),
    [
      `sweep: ${name}`,
      `program: {command: [echo, '{"score": {x}}']}`,
      'objective: {metric: score, goal: maximize}',
      `grid: {x: {from: 1, to: ${points}}}`,
      'resources: {cpus: 0}',
      '',
    ].join('\n'),
  );
  const host = {
    name: 'here',
    transport: 'local',
    folder: join(folder, 'host'),
    limits: { slots: 8, load: 1_000 },
  };
  writeFileSync(join(folder, 'inventory.json'), JSON.stringify({ hosts: [host] }));
}

function planned(): void {
  inFolder((folder) => {
    writeSweep(folder, 'large', trialCount);
    const seconds = Array.from({ length: rounds }, () =>
      timed(() => run(folder, 'plan', 'large.yaml', '--json')),
    );
    say('`plan --json` of 100,000 trials', `${median(seconds).toFixed(2)} s`);
  });
}

function queued(): void {
  const lab = new QueuedLab(trialCount, 14);
  const { ms, leased } = lab.plan();
  say(`a plan of the scheduler with 100,000 queued, 14 hosts, ${leased} leases`, `${ms.toFixed(1)} ms`);
}

function finished(): void {
  inFolder((folder) => {
    writeFinishedLedger(folder, trialCount);
    const seconds = Array.from({ length: rounds }, () =>
      timed(() => {
        const opened = openReader(folder);
        if (opened.kind !== 'opened') throw new Error('the ledger cannot be read');
        opened.reader.read(0).events.reduce(fold, emptyLedger());
      }),
    );
    say(
      'fold of a ledger with 100,000 finished trials, its file read and its chain checked',
      `${median(seconds).toFixed(2)} s`,
    );
    const board = timed(() => run(folder, 'leaderboard', '--state', folder));
    say('`leaderboard` of it', `${board.toFixed(2)} s`);
  });
}

/** The most memory that a coordinator of 100,000 trials has taken once it has led them for 15 s. */
async function coordinating(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'labsweep-scale-'));
  try {
    writeSweep(folder, 'large', trialCount);
    const coordinator = spawn(process.execPath, [labsweep, 'run', 'large.yaml'], {
      cwd: folder,
      stdio: 'ignore',
    });
    await pause(15_000);
    const [, kib] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${coordinator.pid}/status`, 'utf8')) ?? [];
    say('memory of a coordinator of 100,000 trials, at its peak', `${Math.round(Number(kib) / 1_024)} MiB`);
    coordinator.kill('SIGINT');
    await once(coordinator, 'exit');
    run(folder, 'stop');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** From the command to the first start, by a fresh state folder and a host without an agent. */
function first(): void {
  const seconds = Array.from({ length: rounds }, () =>
    inFolder((folder) => {
      writeSweep(folder, 'first', 1);
      const began = Date.now();
      run(folder, 'run', 'first.yaml');
      const opened = openReader(join(folder, '.labsweep'));
      if (opened.kind !== 'opened') throw new Error('the ledger cannot be read');
      const ended = opened.reader.read(0).events.findLast((event) => event.kind === 'ended');
      return ((ended?.at ?? NaN) - began) / 1_000;
    }),
  );
  say('from the command to the end of a first trial that does nothing', `${median(seconds).toFixed(2)} s`);
}

console.log('| what | median |\n| --- | --- |');
planned();
queued();
finished();
first();
await coordinating();
