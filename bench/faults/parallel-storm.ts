/** The same storm for GNU parallel over SSH, with its job log, its retries and what `--resume-failed` does in the morning. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Bed } from '../../test/bed/bed.ts';
import { Random } from '../../test/simulation/random.ts';
import { countingScript, takeMarks } from './counting-sweep.ts';
import { scheduleOf } from './schedule.ts';
import { befallHost, type StormOptions, textOf } from './storm.ts';

/** For so long a command is waited for; then it is taken to hang. */
const patienceMs = 240_000;

export interface ParallelReport {
  /** How each command ended, in the order in which a person would type them. */
  readonly commands: readonly string[];
  /** Trials that its log has no success of. */
  readonly missing: number;
  /** Trials whose program came to its end more than once. */
  readonly endedTwice: number;
  /** Trials that began again although no host that they had begun on had lost its power or was rebooted. */
  readonly beganAgainUnhit: number;
  readonly seconds: number;
}

/** @param ssh its own, with whatever options it should have */
export async function parallelStorm(
  bed: Bed,
  options: StormOptions,
  ssh: string,
  say: (line: string) => void = () => {},
): Promise<ParallelReport> {
  const names = bed.hosts.map(({ name }) => name);
  const faults = scheduleOf(options, names, new Random(options.seed)).filter(
    ({ kind }) => kind !== 'agent killed',
  );
  const folder = mkdtempSync(join(tmpdir(), 'labsweep-parallel-'));
  const began = Date.now();
  const commands: string[] = [];
  try {
    writeFileSync(join(folder, 'hosts'), names.map((name) => `2/${name}\n`).join(''));
    let child = start(bed, folder, options, ssh);
    for (const fault of faults.filter(({ kind }) => kind === 'coordinator killed'))
      void pause(fault.atMs).then(() => child.kill('SIGKILL'));
    const storming = Promise.all(
      faults
        .filter(({ host }) => host !== null)
        .map(async (fault) => {
          await pause(fault.atMs);
          say(textOf(fault));
          await befallHost(bed, fault, () => {});
        }),
    );
    // What was killed, or says that trials failed, is typed again.
    for (let round = 0; round < 4; round += 1) {
      const ending = await endOf(child);
      commands.push(`${ending} after ${Math.round((Date.now() - began) / 1_000)} s`);
      if (ending === '0' || ending === 'hung') break;
      child = start(bed, folder, options, ssh);
    }
    const seconds = (Date.now() - began) / 1_000;
    await storming;
    return { commands, seconds, ...(await judged(bed, folder, options, faults)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function start(bed: Bed, folder: string, { trials, seconds }: StormOptions, ssh: string) {
  const argv = ['--quote', '--sshloginfile', 'hosts', '--ssh', ssh, '--retries', '3', '--joblog', 'log'];
  const child = bed.spawn(
    'parallel',
    [...argv, '--resume-failed', 'sh', '-c', countingScript(seconds), '{}'],
    {
      cwd: folder,
    },
  );
  child.stdout?.resume();
  child.stderr?.resume();
  child.stdin?.on('error', () => {}); // it was killed before it had read all
  child.stdin?.end(Array.from({ length: trials }, (_, index) => `${index + 1}\n`).join(''));
  return child;
}

async function endOf(child: ReturnType<typeof start>): Promise<string> {
  const ended = new Promise<string>((resolve) =>
    child.once('exit', (code, signal) => resolve(signal ?? String(code))),
  );
  const late = AbortSignal.timeout(patienceMs);
  const hung = new Promise<string>((resolve) => late.addEventListener('abort', () => resolve('hung')));
  const ending = await Promise.race([ended, hung]);
  if (ending === 'hung') child.kill('SIGKILL');
  return ending;
}

async function judged(
  bed: Bed,
  folder: string,
  { trials }: StormOptions,
  faults: ReturnType<typeof scheduleOf>,
): Promise<Pick<ParallelReport, 'missing' | 'endedTwice' | 'beganAgainUnhit'>> {
  const succeeded = new Set<number>();
  for (const line of readFileSync(join(folder, 'log'), 'utf8').split('\n').slice(1)) {
    const [seq = '', , , , , , exit, signal] = line.split('\t');
    if (exit === '0' && signal === '0') succeeded.add(Number(seq));
  }
  const { begun, done } = await takeMarks(bed);
  const hit = new Set(
    faults.filter(({ kind }) => kind === 'power loss' || kind === 'reboot').map(({ host }) => host),
  );
  const begunBy = [...Map.groupBy(begun, ({ x }) => x).values()].filter((marks) => marks.length > 1);
  return {
    missing: trials - succeeded.size,
    endedTwice: [...Map.groupBy(done, ({ x }) => x).values()].filter((marks) => marks.length > 1).length,
    beganAgainUnhit: begunBy.filter((marks) => !marks.some(({ host }) => hit.has(host))).length,
  };
}
