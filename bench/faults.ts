/**
 * `npm run bench:faults`: what becomes of a sweep whose coordinator is killed, and of one whose hosts lose their power,
 * reboot, are cut off and lose their agents. Needs root and openssh-server. Ends with 1 where anything was lost, ran
 * twice without having been hit, or is wrong.
 */
import { parseArgs } from 'node:util';
import { openBed } from '../test/bed/bed.ts';
import { killCoordinators } from './faults/coordinator-kills.ts';
import { storm } from './faults/storm.ts';
import { killsTable, stormTable } from './faults/tables.ts';

const usage = `usage: npm run bench:faults -- [--rounds N] [--storms N] [--seed N]
  --rounds N   100 trials on 4 hosts, the coordinator killed 3 times in each (default 50)
  --storms N   sweeps on 14 hosts through 5 power losses, 5 reboots, 5 cuts, 2 killed agents and a killed coordinator
               (default 1)
  --seed N     when and where (default: by the clock)
`;
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '50' },
    storms: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    help: { type: 'boolean', default: false },
  },
});
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
    await using bed = await openBed({ hosts: 14, all: { slots: 2 } });
    const seed = Number(values.seed) + index;
    const report = await storm(
      bed,
      {
        seed,
        trials: 420,
        seconds: 5,
        counts: { 'power loss': 5, reboot: 5, cut: 5, 'agent killed': 2, 'coordinator killed': 1 },
        withinMs: 60_000,
        cutMs: [5_000, 60_000],
        downMs: [2_000, 20_000],
      },
      (line) => process.stderr.write(`${line}\n`),
    );
    process.stdout.write(`${stormTable(seed, report).join('\n')}\n`);
    isRight &&= report.wrong.length === 0;
  }
  return isRight;
}
