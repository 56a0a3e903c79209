/** `npm run simulate -- --seeds 2000`, or `-- --seed 17` to replay one with its full story. */
import { parseArgs } from 'node:util';
import { simulate } from './simulate.ts';

const { values } = parseArgs({
  options: { seeds: { type: 'string' }, from: { type: 'string' }, seed: { type: 'string' } },
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
  let faults = 0;
  let steps = 0;
  let takenBack = 0;
  let broken = 0;
  for (let seed = from; seed < from + count; seed += 1) {
    const run = simulate(seed);
    faults += run.faults;
    steps += run.steps;
    takenBack += run.takenBack;
    if (run.breach === null) continue;
    broken += 1;
    console.log(`seed ${seed}: ${run.breach}`);
  }
  const seconds = (performance.now() - began) / 1_000;
  console.log(
    `${count} seeds, ${(count / seconds).toFixed(0)} a second: ${faults} faults injected, ${takenBack} attempts taken back, ${steps} steps checked, ${broken} broken`,
  );
  process.exitCode = broken === 0 ? 0 : 1;
}
