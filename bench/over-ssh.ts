/**
 * `npm run bench:ssh`: no-op trials over sshd hosts of a bed, by labsweep and by GNU parallel over the same hosts, which
 * keeps a connection to each open (ControlMaster). The two take turns; needs root, openssh-server and GNU parallel.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Bed, openBed } from '../test/bed/bed.ts';
import { openReader } from '../src/ledger/store/reader.ts';
import { tableOf, type Times } from './table.ts';

const usage = `usage: npm run bench:ssh -- [--hosts N] [--trials N] [--rounds N] [--delay MS]
  --hosts N    sshd hosts on this machine, 8 trials at once on each (default 14)
  --trials N   no-ops (default 1000)
  --rounds N   how often each does it; the median is told (default 3)
  --delay MS   one way, on every link (default 0)
`;

const slots = 8;
const labsweep = join(import.meta.dirname, '../bin/labsweep.js');
const { values } = parseArgs({
  options: {
    hosts: { type: 'string', default: '14' },
    trials: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
    delay: { type: 'string', default: '0' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(usage);
else await bench();

async function bench(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'labsweep-bench-ssh-'));
  const trials = Number(values.trials);
  await using bed = await openBed({ hosts: Number(values.hosts), all: { slots } });
  try {
    const delayMs = Number(values.delay);
    if (delayMs > 0) await Promise.all(bed.hosts.map((host) => host.wan({ delayMs })));
    const own: number[] = [];
    const others: number[] = [];
    for (let round = 0; round < Number(values.rounds); round += 1) {
      own.push(await byLabsweep(bed, trials, join(folder, `labsweep-${round}`)));
      others.push(await byParallel(bed, trials, join(folder, `parallel-${round}`)));
    }
    const times: Times[] = [
      { runner: 'labsweep', ms: own },
      { runner: 'GNU parallel', ms: others },
    ];
    const title = `${trials} no-ops over ${values.hosts} hosts, ${delayMs} ms one way`;
    process.stdout.write(`${tableOf(title, trials, times, 'GNU parallel').join('\n')}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** First lease decided to last result committed, all hosts entered before: as at the second sweep of an evening. */
async function byLabsweep(bed: Bed, trials: number, folder: string): Promise<number> {
  mkdirSync(folder, { recursive: true });
  const limits = { slots, load: 1_000 };
  const hosts = bed.inventory().hosts.map((host) => ({ ...host, limits }));
  writeFileSync(join(folder, 'inventory.json'), JSON.stringify({ hosts }));
  for (const [name, count] of [
    ['first', bed.hosts.length * slots],
    ['noops', trials],
  ] as const) {
    const sweep = {
      program: { command: ['echo', '{"score": {x}}'] },
      objective: { metric: 'score', goal: 'maximize' },
      resources: { cpus: 0, gpus: 0 },
      grid: { x: { from: 1, to: count } },
    };
    writeFileSync(join(folder, `${name}.yaml`), JSON.stringify(sweep));
    const run = await bed.run(process.execPath, [labsweep, 'run', `${name}.yaml`, '--json'], { cwd: folder });
    if (run.code !== 0) throw new Error(`labsweep ended with ${run.code}: ${run.stderr}`);
  }
  return spanOfLastSweep(folder);
}

/** By the ledger's own clock. */
function spanOfLastSweep(folder: string): number {
  const opened = openReader(join(folder, '.labsweep'));
  if (opened.kind !== 'opened') throw new Error(`no ledger in ${folder}`);
  const { events } = opened.reader.read(0);
  const declared = events.findLastIndex(({ kind }) => kind === 'sweep-declared');
  const own = events.slice(declared);
  const leased = own.find(({ kind }) => kind === 'leased');
  const ended = own.findLast(({ kind }) => kind === 'ended');
  if (leased === undefined || ended === undefined) throw new Error('nothing ran');
  return ended.at - leased.at;
}

/** Whole command less the same with one trial a host, which opens its connections. */
async function byParallel(bed: Bed, trials: number, folder: string): Promise<number> {
  mkdirSync(folder, { recursive: true });
  const sockets = join(folder, 'ssh-%r@%h');
  const ssh = `ssh -o ControlMaster=auto -o ControlPath=${sockets} -o ControlPersist=60`;
  const logins = bed.hosts.map(({ name }) => `${slots}/${name}`).join(',');
  const once = async (count: number, name: string): Promise<number> => {
    const input = Array.from({ length: count }, (_, index) => `${index + 1}\n`).join('');
    const argv = [
      '--quote',
      '--joblog',
      name,
      '--ssh',
      ssh,
      '-S',
      logins,
      '-I',
      '{x}',
      'echo',
      '{"score": {x}}',
    ];
    const began = performance.now();
    const { code, stdout, stderr } = await bed.run('parallel', argv, { cwd: folder, input });
    const ms = performance.now() - began;
    const lines = stdout.trim().split('\n').length;
    if (code !== 0 || lines !== count)
      throw new Error(`parallel ended with ${code}, ${lines} results: ${stderr}`);
    return ms;
  };
  const start = await once(bed.hosts.length, 'start');
  const ms = await once(trials, 'joblog');
  for (const { name } of bed.hosts)
    await bed.run('ssh', ['-o', `ControlPath=${sockets}`, '-O', 'exit', name]);
  return Math.max(1, ms - Math.min(start, ms / 2));
}
