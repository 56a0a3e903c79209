import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { openReader } from '../../src/ledger/store/reader.ts';
import { slots, type Work } from '../work.ts';
import type { Runner } from './runner.ts';

const labsweep = join(import.meta.dirname, '../../bin/labsweep.js');

export const labsweepRunner: Runner = {
  name: 'labsweep',
  timed:
    'first lease decided to last result said by `run --json`, which says it after its commit is on the disk',
  run: async (work, folder) => {
    mkdirSync(folder, { recursive: true });
    writeSweep(work, folder);
    const lastResultAt = await runToLastResult(folder, work.trials);
    endAgent(folder);
    return lastResultAt - firstLeaseAt(folder);
  },
};

function writeSweep(work: Work, folder: string): void {
  const sweep = {
    program: { command: work.command },
    objective: { metric: 'score', goal: 'maximize' },
    resources: { cpus: 0 },
    grid: { x: { from: 1, to: work.trials } },
  };
  // Others use this machine while it is measured, and that must keep no runner from starting its trials.
  const limits = { slots, load: 1_000 };
  const host = { name: 'here', transport: 'local', folder: join(folder, 'host'), limits };
  // YAML 1.2 is a superset of JSON.
  writeFileSync(join(folder, 'bench.yaml'), JSON.stringify(sweep));
  writeFileSync(join(folder, 'inventory.json'), JSON.stringify({ hosts: [host] }));
}

/** @returns the wall clock, in ms, at which the last result was told */
async function runToLastResult(folder: string, trials: number): Promise<number> {
  const child = spawn(process.execPath, [labsweep, 'run', 'bench.yaml', '--json'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const complaint = text(child.stderr);
  let results = 0;
  let lastAt = 0;
  for await (const line of createInterface(child.stdout))
    if (line.startsWith('{"event":"ended"') && line.includes('"outcome":"succeeded"')) {
      results += 1;
      lastAt = Date.now();
    }
  if (results !== trials) throw new Error(`${results} of ${trials} trials succeeded: ${await complaint}`);
  return lastAt;
}

function firstLeaseAt(folder: string): number {
  const opened = openReader(join(folder, '.labsweep'));
  if (opened.kind !== 'opened') throw new Error(`no ledger in ${folder}`);
  const first = opened.reader.read(0).events.find(({ kind }) => kind === 'leased');
  if (first === undefined) throw new Error('nothing was leased');
  return first.at;
}

/** It would end by itself after a minute, and be in the others' way until then. */
function endAgent(folder: string): void {
  const hosts = join(folder, 'host/host');
  for (const machine of readdirSync(hosts)) {
    const { pid }: { pid: number } = JSON.parse(readFileSync(join(hosts, machine, 'agent.json'), 'utf8'));
    process.kill(pid);
  }
}
