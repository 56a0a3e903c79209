/**
 * `npm run bench`: the same work by labsweep, by a bare spawn loop of its wrapper, by GNU parallel and by HyperQueue.
 *
 * The runners take turns and each run has a folder of its own; all of them are removed at the end, since mass deletion
 * just before a run slows ext4.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bareLoop } from './runners/bare-loop.ts';
import { findHyperQueue } from './runners/hyperqueue.ts';
import { labsweepRunner } from './runners/labsweep.ts';
import { findParallel } from './runners/parallel.ts';
import type { Absent, Runner } from './runners/runner.ts';
import { ratioText, tableOf, type Times } from './table.ts';
import { type Work, works } from './work.ts';

const usage = `usage: npm run bench -- [--rounds N] [--work NAME]… [--runner NAME]… [--folder FOLDER]
  --rounds N        how often each runner does each work; the median is told (default 5)
  --work NAME       of ${works.map(({ name }) => `"${name}"`).join(', ')}; default all
  --runner NAME     labsweep, "bare loop", "GNU parallel", HyperQueue; default all that are on this machine
  --folder FOLDER   where the files go (default: the system's temporary folder)
HyperQueue is that of the Python which HQ_PYTHON names, else installed from PyPI into a temporary environment.
`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    work: { type: 'string', multiple: true },
    runner: { type: 'string', multiple: true },
    folder: { type: 'string', default: tmpdir() },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(usage);
else await bench(mkdtempSync(join(values.folder, 'labsweep-bench-')));

async function bench(folder: string): Promise<void> {
  try {
    const isAsked = ({ name }: { name: string }): boolean => values.runner?.includes(name) ?? true;
    const found = [labsweepRunner, bareLoop, await findParallel(), await findHyperQueue(folder)].filter(
      isAsked,
    );
    const runners = found.filter((runner): runner is Runner => 'run' in runner);
    const absent = found.filter((runner): runner is Absent => 'absent' in runner);
    say(
      `Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${values.rounds} rounds`,
    );
    for (const work of works.filter(({ name }) => values.work?.includes(name) ?? true)) {
      const times = await timesOf(work, runners, Number(values.rounds), folder);
      say('', ...tableOf(work.name, work.trials, times, bareLoop.name), ...besideOthers(times));
    }
    say('', ...runners.map(({ name, timed }) => `${name}: ${timed}`));
    say(...absent.map((runner) => `${runner.name} was left out: ${runner.absent}`));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timesOf(
  work: Work,
  runners: readonly Runner[],
  rounds: number,
  folder: string,
): Promise<Times[]> {
  const times = runners.map(({ name }) => ({ runner: name, ms: [] as number[] }));
  for (let round = 0; round < rounds; round += 1)
    for (const [index, runner] of runners.entries()) {
      const own = join(folder, `${work.name} ${round} ${runner.name}`.replaceAll(' ', '-'));
      times[index]?.ms.push(await runner.run(work, own));
    }
  return times;
}

/** labsweep beside each of the others. */
function besideOthers(times: readonly Times[]): string[] {
  const own = times.find(({ runner }) => runner === labsweepRunner.name);
  const others = times.filter((other) => other !== own);
  if (own === undefined || others.length === 0) return [];
  return ['', ...others.map(({ runner, ms }) => `labsweep / ${runner}: ${ratioText(own.ms, ms)}`)];
}

function say(...lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}
