/**
 * `npm run bench:throttle`: what becomes of a modelled night of the lab by schedulers that look at little, beside what
 * could be reached (test/simulation/night). Medians over seeds; deterministic.
 */
import { parseArgs } from 'node:util';
import { isWhole, type Judgement, judge, judgeKnowing, schedulers } from '../test/simulation/night/judge.ts';
import { median } from './table.ts';

const usage = `usage: npm run bench:throttle -- [--seeds N] [--first N] [--calm]
  --seeds N   nights (default 40)
  --first N   the first seed (default 1)
  --calm      no owners, no weak power supplies, no bad cooling
`;
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '40' },
    first: { type: 'string', default: '1' },
    calm: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

interface Row {
  readonly name: string;
  readonly nights: readonly Judgement[];
}

if (values.help) process.stdout.write(usage);
else process.stdout.write(`${table(rowsOf()).join('\n')}\n`);

function rowsOf(): Row[] {
  const [count, first] = [wholeNumber('seeds'), wholeNumber('first')];
  const seeds = Array.from({ length: count }, (_, place) => first + place);
  const options = { isCalm: values.calm };
  const said = (name: string, nightOf: (seed: number) => Judgement): Row => {
    process.stderr.write(`${name}: ${seeds.length} nights\n`);
    return { name, nights: seeds.map(nightOf) };
  };
  return [
    said('all-knowing', (seed) => judgeKnowing(seed, options)),
    ...Object.entries(schedulers).map(([name, made]) => said(name, (seed) => judge(seed, options, made))),
  ];
}

function wholeNumber(name: 'seeds' | 'first'): number {
  if (!/^[1-9]\d{0,5}$/.test(values[name])) throw new Error(`--${name} is a whole number from 1 on`);
  return Number(values[name]);
}

function table(rows: readonly Row[]): string[] {
  const [knowing] = rows;
  const heads = [
    'makespan',
    'beside all-knowing',
    'crashes',
    'out of memory',
    'trials done',
    'owners disturbed',
  ];
  return [
    `| median of ${values.seeds} nights | ${heads.join(' | ')} |`,
    `| ${['---', ...heads.map(() => '---')].join(' | ')} |`,
    ...rows.map(({ name, nights }) => {
      const of = (figure: (night: Judgement) => number): number => median(nights.map(figure));
      const cells = [
        `${(of(({ makespanSeconds }) => makespanSeconds) / 3_600).toFixed(1)} h`,
        besideText(nights, knowing?.nights ?? []),
        of(({ crashes }) => crashes),
        of(({ outOfMemory }) => outOfMemory),
        of(({ done }) => done),
        `${(of(({ ownersDisturbed }) => ownersDisturbed) * 100).toFixed(1)} %`,
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
  return `${median(ratios).toFixed(2)}${of}`;
}
