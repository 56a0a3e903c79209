/**
 * `node bench/bare-loop.ts FOLDER WORK`: the least that running trials can cost in Node. The agent's own wrapper, a
 * folder a trial with parameters, log and exit record, eight at once; nothing is decided, sent, kept or synced.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { wrapper } from '../src/worker/supervisor/wrapper.ts';
import { argvOf, slots, type Work, works } from './work.ts';

function start(work: Work, folder: string, trial: number, ended: () => void): void {
  const root = `${folder}/${trial}`;
  const record = `${root}/exit`;
  mkdirSync(root);
  writeFileSync(record, '    \n');
  writeFileSync(`${root}/params.json`, JSON.stringify({ x: trial }));
  const log = openSync(`${root}/log`, 'a');
  const child = spawn('/bin/sh', ['-c', wrapper, 'bare-loop', record, ...argvOf(work, trial)], {
    cwd: root,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.once('exit', () => {
    if (!readFileSync(record, 'utf8').startsWith('0\n')) throw new Error(`trial ${trial} failed`);
    ended();
  });
}

const [folder = '', name] = process.argv.slice(2);
const work = works.find((known) => known.name === name);
if (work === undefined) throw new Error(`no work ${name}`);
mkdirSync(folder, { recursive: true });
const began = performance.now();
let started = 0;
let running = 0;
function fill(): void {
  for (; work !== undefined && running < slots && started < work.trials; running += 1)
    start(work, folder, (started += 1), () => {
      running -= 1;
      fill();
    });
  if (running === 0) process.stdout.write(`${performance.now() - began}\n`);
}
fill();
