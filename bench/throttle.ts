/**
 * `npm run bench:throttle`: what becomes of a modelled night of the lab by labsweep's own cores, beside schedulers that
 * look at little and what could be reached (test/simulation/night). Deterministic; one line a night on stderr.
 */
import { parseArgs } from 'node:util';
import type { NightOptions } from '../test/simulation/night/night.ts';
import {
  type Judgement,
  judge,
  judgeKnowing,
  judgeLabsweep,
  schedulers,
} from '../test/simulation/night/judge.ts';
import { isLab, type LabName, labs } from '../test/simulation/night/labs.ts';
import { type Row, tableOf } from './throttle/table.ts';
import { rowsWithout } from './throttle/without.ts';

const usage = `usage: npm run bench:throttle -- [--seeds N] [--first N] [--lab NAME] [--low N] [--nights N]
                                 [--only TEXT] [--without TEXT] [--json]
  --seeds N     nights (default 40)
  --first N     the first seed (default 1)
  --lab NAME    ${Object.keys(labs).join(', ')} (default usual; test/simulation/night/labs.ts says what each is)
  --low N       what is declared of memory is an Nth of the truth (default 1)
  --nights N    nights in a row in the same lab, of labsweep (default 2)
  --only TEXT   rows whose name has TEXT, beside the all-knowing one
  --without TEXT  labsweep without each mechanism that shows in this lab and whose name has TEXT, a row each ('' for all)
  --json        each night of each row that --only names, for scripts
`;
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '40' },
    first: { type: 'string', default: '1' },
    lab: { type: 'string', default: 'usual' },
    low: { type: 'string' },
    nights: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    without: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const declared = 'labsweep, memory declared';
const lab = chosenLab();

if (values.help) process.stdout.write(usage);
else if (values.json) process.stdout.write(`${JSON.stringify(allRows())}\n`);
else process.stdout.write(`${tableOf(allRows(), values.seeds).join('\n')}\n`);

function allRows(): Row[] {
  const rows = rowsOf();
  if (values.without === undefined) return rows;
  const { seeds, first, low, nights, without } = values;
  const same = [
    '--seeds',
    seeds,
    '--first',
    first,
    '--nights',
    nights,
    '--lab',
    lab,
    ...(low === undefined ? [] : ['--low', low]),
  ];
  return [...rows, ...rowsWithout(without, lab, ['--only', declared, ...same])];
}

function rowsOf(): Row[] {
  const [count, first] = [wholeNumber('seeds'), wholeNumber('first')];
  const seeds = Array.from({ length: count }, (_, place) => first + place);
  const options = {
    ...labs[lab],
    ...(values.low === undefined ? {} : { declaredTooLow: wholeNumber('low') }),
  };
  const rows = new Map<string, Judgement[]>();
  const isMeant = (name: string): boolean =>
    name.includes(values.only) || (name === 'all-knowing' && !values.json);
  const note = (name: string, seed: number, night: Judgement): void => {
    rows.set(name, [...(rows.get(name) ?? []), night]);
    process.stderr.write(`${name}, seed ${seed}: ${JSON.stringify(night)}\n`);
  };
  for (const seed of seeds)
    for (const [name, nightsOf] of Object.entries(nightsBy(options)))
      if (isMeant(name))
        nightsOf(seed).forEach((night, place) =>
          note(place === 0 ? name : `${name}, the night after`, seed, night),
        );
  return [...rows].map(([name, nights]) => ({ name, nights }));
}

function nightsBy(options: NightOptions): Readonly<Record<string, (seed: number) => Judgement[]>> {
  const nights = wholeNumber('nights');
  return {
    'all-knowing': (seed) => [judgeKnowing(seed, options)],
    [declared]: (seed) => judgeLabsweep(seed, options, { isDeclared: true, nights }),
    'labsweep, nothing declared': (seed) => judgeLabsweep(seed, options, { isDeclared: false, nights }),
    ...Object.fromEntries(
      Object.entries(schedulers).map(([name, made]) => [
        name,
        (seed: number) => [judge(seed, options, made)],
      ]),
    ),
  };
}

function chosenLab(): LabName {
  if (!isLab(values.lab)) throw new Error(`--lab is one of ${Object.keys(labs).join(', ')}`);
  return values.lab;
}

function wholeNumber(name: 'seeds' | 'first' | 'low' | 'nights'): number {
  if (!/^[1-9]\d{0,5}$/.test(values[name] ?? '')) throw new Error(`--${name} is a whole number from 1 on`);
  return Number(values[name]);
}
