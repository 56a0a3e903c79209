/**
 * `node bench/bare-loop.ts FOLDER WORK`: the least that running trials can cost in Node. The agent's own wrapper, a
 * folder a trial with parameters, log and exit record, eight at once; nothing is decided, sent, kept or synced.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { wrapper } from '../src/worker/supervisor/wrapper.ts';
import { argvOf, slots, type Work, works } from './work.ts';

const [folder = '', name] = process.argv.slice(2);
const work = works.find((known) => known.name === name);
if (work === undefined) throw new Error(`no work ${name}`);
const began = performance.now();
let started = 0;
await Promise.all(Array.from({ length: slots }, () => runOneByOne(work)));
process.stdout.write(`${performance.now() - began}\n`);

/** One slot: the next trial as soon as the one before has ended. */
async function runOneByOne(work: Work): Promise<void> {
  while (started < work.trials) {
    const root = `${folder}/${(started += 1)}`;
    await once(start(work, root, started), 'exit');
    if (!readFileSync(`${root}/exit`, 'utf8').startsWith('0\n')) throw new Error(`${root} failed`);
  }
}

function start(work: Work, root: string, trial: number): ChildProcess {
  mkdirSync(root);
  writeFileSync(`${root}/params.json`, JSON.stringify({ x: trial }));
  const log = openSync(`${root}/log`, 'a');
  const argv = ['-c', wrapper, 'bare-loop', `${root}/exit`, '022', ...argvOf(work, trial)];
  const child = spawn('/bin/sh', argv, { cwd: root, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  return child;
}
