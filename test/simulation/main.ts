/** `npm run simulate -- --seeds 2000` (`--first`: to the first that is broken), or `-- --seed 17` for one with its full story. */
import { parseArgs } from 'node:util';
import { simulate } from './simulate.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string' },
    seed: { type: 'string' },
    first: { type: 'boolean' },
  },
});

if (values.seed === undefined) many(Number(values.from ?? 1), Number(values.seeds ?? 1_000));
else replay(Number(values.seed));

function replay(seed: number): void {
  const { story, breach } = simulate(seed);
  console.log([`seed ${seed}`, ...story, breach ?? 'every promise held'].join('\n'));
  process.exitCode = breach === null ? 0 : 1;
}

function many(from: number, count: number): void {
  const began = performance.now();
  const totals = {
    faults: 0,
    takenBack: 0,
    presumedLost: 0,
    returned: 0,
    carried: 0,
    stopped: 0,
    evicted: 0,
    steps: 0,
  };
  let broken = 0;
  let seed = from;
  for (; seed < from + count && (broken === 0 || !values.first); seed += 1) {
    const run = simulate(seed);
    for (const key of [
      'faults',
      'takenBack',
      'presumedLost',
      'returned',
      'carried',
      'stopped',
      'evicted',
      'steps',
    ] as const)
      totals[key] += run[key];
    if (run.breach === null) continue;
    broken += 1;
    console.log(`seed ${seed}: ${run.breach}`);
  }
  const perSecond = ((seed - from) / ((performance.now() - began) / 1_000)).toFixed(0);
  const { faults, takenBack, presumedLost, returned, carried, stopped, evicted, steps } = totals;
  console.log(
    `${seed - from} seeds, ${perSecond} a second: ${faults} faults injected, ${takenBack} attempts taken back, ${presumedLost} given up in a silence, ${returned} of them back, ${carried} checkpoints carried, ${stopped} stood still, ${evicted} gave way, ${steps} steps checked, ${broken} broken`,
  );
  process.exitCode = broken === 0 ? 0 : 1;
}
