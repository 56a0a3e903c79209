/** What became of nights, a row a scheduler, as Markdown. */
import { isWhole, type Judgement } from '../../test/simulation/night/judge.ts';
import { median } from '../table.ts';

export interface Row {
  readonly name: string;
  readonly nights: readonly Judgement[];
}

/** @param rows the first of them is what the makespans of the others are held against */
export function tableOf(rows: readonly Row[], seeds: string): string[] {
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
    `| ${seeds} nights | ${heads.join(' | ')} |`,
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
