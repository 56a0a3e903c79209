/**
 * `npm run bench:faults`: what becomes of a sweep whose coordinator is killed, and of one whose hosts lose their power,
 * reboot, are cut off and lose their agents. Needs root and openssh-server. Ends with 1 where anything was lost, ran
 * twice without having been hit, or is wrong.
 */
import { parseArgs } from 'node:util';
import { type Bed, openBed } from '../test/bed/bed.ts';
import { killCoordinators } from './faults/coordinator-kills.ts';
import { parallelStorm } from './faults/parallel-storm.ts';
import { storm } from './faults/storm.ts';
import { killsTable, parallelTable, stormTable } from './faults/tables.ts';

const usage = `usage: npm run bench:faults -- [--rounds N] [--storms N] [--seed N]
  --rounds N   100 trials on 4 hosts, the coordinator killed 3 times in each (default 50)
  --storms N   sweeps on 14 hosts through 5 power losses, 5 reboots, 5 cuts, 2 killed agents and a killed coordinator
               (default 1)
  --parallel   the storms by GNU parallel as well, with ssh as it is and with one that notices silence
  --seed N     when and where (default: by the clock)
`;
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '50' },
    storms: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    parallel: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const lab = {
  trials: 420,
  seconds: 5,
  counts: { 'power loss': 5, reboot: 5, cut: 5, 'agent killed': 2, 'coordinator killed': 1 },
  withinMs: 60_000,
  cutMs: [5_000, 60_000],
  downMs: [2_000, 20_000],
} as const;
const say = (line: string): void => void process.stderr.write(`${line}\n`);
if (values.help) process.stdout.write(usage);
else {
  process.stdout.write(`seed ${values.seed}\n`);
  const isRight = (await kills(Number(values.rounds))) && (await storms(Number(values.storms)));
  process.exitCode = isRight ? 0 : 1;
}

async function kills(rounds: number): Promise<boolean> {
  if (rounds === 0) return true;
  await using bed = await openBed({ hosts: 4, all: { slots: 2 } });
  const options = { rounds, trials: 100, kills: 3, seconds: 0.4, seed: Number(values.seed) };
  const done = await killCoordinators(bed, options, ({ seed, killedAfterMs, seconds }) =>
    process.stderr.write(
      `seed ${seed}: killed after ${killedAfterMs.join(', ')} ms; ${seconds.toFixed(1)} s\n`,
    ),
  );
  process.stdout.write(`${killsTable(done, options).join('\n')}\n`);
  return done.every(({ lost, duplicated, sameLeaderboard }) => lost + duplicated === 0 && sameLeaderboard);
}

async function storms(count: number): Promise<boolean> {
  let isRight = true;
  for (let index = 0; index < count; index += 1) {
    const options = { ...lab, seed: Number(values.seed) + index };
    const report = await onBed((bed) => storm(bed, options, say));
    process.stdout.write(`${stormTable(options.seed, report).join('\n')}\n`);
    isRight &&= report.wrong.length === 0;
    if (!values.parallel) continue;
    for (const ssh of ['ssh', 'ssh -o ServerAliveInterval=1 -o ServerAliveCountMax=3 -o ConnectTimeout=10']) {
      const other = await onBed((bed) => parallelStorm(bed, options, ssh, say));
      process.stdout.write(`${parallelTable(ssh, other).join('\n')}\n`);
    }
  }
  return isRight;
}

async function onBed<Report>(act: (bed: Bed) => Promise<Report>): Promise<Report> {
  await using bed = await openBed({ hosts: 14, all: { slots: 2 } });
  return await act(bed);
}
