/**
 * `npm run bench:throttle`: what becomes of a modelled night of the lab by labsweep's own cores, beside schedulers that
 * look at little and what could be reached (test/simulation/night). Deterministic; one line a night on stderr.
 */
import { parseArgs } from 'node:util';
import type { NightOptions } from '../test/simulation/night/night.ts';
import {
  isWhole,
  type Judgement,
  judge,
  judgeKnowing,
  judgeLabsweep,
  schedulers,
} from '../test/simulation/night/judge.ts';
import { median } from './table.ts';

const usage = `usage: npm run bench:throttle -- [--seeds N] [--first N] [--calm] [--low N] [--only TEXT] [--json]
  --seeds N     nights (default 40)
  --first N     the first seed (default 1)
  --calm        no owners, no weak power supplies, no bad cooling
  --low N       what is declared of memory is an Nth of the truth (default 1)
  --only TEXT   rows whose name has TEXT, beside the all-knowing one
  --json        each night of each row, for scripts
`;
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '40' },
    first: { type: 'string', default: '1' },
    calm: { type: 'boolean', default: false },
    low: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

interface Row {
  readonly name: string;
  readonly nights: readonly Judgement[];
}

if (values.help) process.stdout.write(usage);
else if (values.json) process.stdout.write(`${JSON.stringify(rowsOf())}\n`);
else process.stdout.write(`${table(rowsOf()).join('\n')}\n`);

function rowsOf(): Row[] {
  const [count, first] = [wholeNumber('seeds'), wholeNumber('first')];
  const seeds = Array.from({ length: count }, (_, place) => first + place);
  const options = { isCalm: values.calm, declaredTooLow: wholeNumber('low') };
  const rows = new Map<string, Judgement[]>();
  const isMeant = (name: string): boolean => name === 'all-knowing' || name.includes(values.only);
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
  const nights = 2;
  return {
    'all-knowing': (seed) => [judgeKnowing(seed, options)],
    labsweep: (seed) => judgeLabsweep(seed, options, { isDeclared: true, nights }),
    'labsweep, undeclared': (seed) => judgeLabsweep(seed, options, { isDeclared: false, nights }),
    ...Object.fromEntries(
      Object.entries(schedulers).map(([name, made]) => [
        name,
        (seed: number) => [judge(seed, options, made)],
      ]),
    ),
  };
}

function wholeNumber(name: 'seeds' | 'first' | 'low'): number {
  if (!/^[1-9]\d{0,5}$/.test(values[name])) throw new Error(`--${name} is a whole number from 1 on`);
  return Number(values[name]);
}

function table(rows: readonly Row[]): string[] {
  const [knowing] = rows;
  const heads = [
    'makespan',
    'beside all-knowing (95th of 100)',
    'crashes (most of a host)',
    'out of memory',
    'trials done',
    'owners disturbed',
    'time left at half',
  ];
  return [
    `| ${values.seeds} nights | ${heads.join(' | ')} |`,
    `| ${['---', ...heads.map(() => '---')].join(' | ')} |`,
    ...rows.map(({ name, nights }) => {
      const all = (figure: (night: Judgement) => number): number[] => nights.map(figure);
      const cells = [
        `${(median(all(({ makespanSeconds }) => makespanSeconds)) / 3_600).toFixed(1)} h`,
        name.endsWith('the night after') ? '' : besideText(nights, knowing?.nights ?? []),
        `${median(all(({ crashes }) => crashes))} (${Math.max(...all(({ crashesOfOne }) => crashesOfOne))})`,
        `${median(all(({ outOfMemory }) => outOfMemory))}, most ${Math.max(...all(({ outOfMemory }) => outOfMemory))}`,
        Math.min(...all(({ done }) => done)),
        `${(median(all(({ ownersDisturbed }) => ownersDisturbed)) * 100).toFixed(1)} %`,
        saidText(nights),
      ];
      return `| ${name} | ${cells.join(' | ')} |`;
    }),
  ];
}

/** Of nights in which all was trained: one that ends early since it has given trials up is not fast. */
function besideText(nights: readonly Judgement[], best: readonly Judgement[]): string {
  const ratios = nights.flatMap((night, place) => {
    const reference = best[place];
    return isWhole(night) && reference !== undefined
      ? [night.makespanSeconds / reference.makespanSeconds]
      : [];
  });
  if (ratios.length === 0) return 'none trains all';
  const of =
    ratios.length < nights.length ? ` (the ${ratios.length} of ${nights.length} that train all)` : '';
  return `${median(ratios).toFixed(2)} (${quantile(ratios, 0.95).toFixed(2)})${of}`;
}

/** What was said at half of the time left, beside what was left: the median, and how often that lay between what was said. */
function saidText(nights: readonly Judgement[]): string {
  const said = nights.flatMap(({ saidOfHalf }) => saidOfHalf ?? []);
  const within = nights.filter(({ withinSaid }) => withinSaid === true).length;
  return said.length === 0
    ? ''
    : `${Math.round(median(said) * 100)} % of it, within in ${within} of ${said.length}`;
}

/** The least value that so many are not above. */
function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}
