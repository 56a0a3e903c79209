/** A comparison in sentences: what differs, whether that is more than chance, about what it says something, what would settle it. */
import type { Objective } from '../../model/result/metrics.ts';
import { numberText } from '../metric-text.ts';
import { tableLines } from '../text-table.ts';
import type { Compared, Comparison, Training } from './comparison.ts';

export interface Named {
  readonly a: string;
  readonly b: string;
}

export function comparisonLines(
  objective: Pick<Objective, 'metric' | 'goal'>,
  labels: Named,
  compared: Compared,
  comparison: Comparison,
): string[] {
  return [
    ...tableLines(
      [
        { head: '', align: 'left' },
        { head: objective.metric, align: 'left' },
        { head: 'n', align: 'right' },
        { head: 'point', align: 'left' },
      ],
      [
        ['A', meanText(compared.a), String(compared.a.length), labels.a],
        ['B', meanText(compared.b), String(compared.b.length), labels.b],
      ],
    ),
    '',
    `B − A: ${differenceText(objective, compared, comparison)}`,
    verdictText(objective, comparison),
    ...reasonLines(objective, compared, comparison),
  ];
}

const meanText = (trainings: readonly Training[]): string =>
  numberText(trainings.reduce((sum, { value }) => sum + value, 0) / trainings.length);

/** A share is told in points, hundredths of it. */
const areShares = ({ goal }: Pick<Objective, 'goal'>, { a, b }: Compared): boolean =>
  goal === 'maximize' && [...a, ...b].every(({ value }) => value >= 0 && value <= 1);

type Signed = (value: number) => string;

function signed(objective: Pick<Objective, 'goal'>, compared: Compared): Signed {
  const sign = (value: number): string => (value < 0 ? '−' : '+');
  return areShares(objective, compared)
    ? (value) => `${sign(value)}${Math.abs(value * 100).toFixed(2)}`
    : (value) => `${sign(value)}${numberText(Math.abs(value))}`;
}

function differenceText(
  objective: Pick<Objective, 'goal'>,
  compared: Compared,
  { difference, low, high, p, only }: Comparison,
): string {
  const text = signed(objective, compared);
  const unit = areShares(objective, compared) ? ' points' : '';
  const interval = low === null || high === null ? '' : `, 95 % interval ${text(low)} to ${text(high)}`;
  return `${text(difference)}${unit}${interval}${p === null || only !== null ? '' : `, p = ${pText(p)}`}`;
}

const pText = (p: number): string => (p < 0.0001 ? 'below 0.0001' : p.toFixed(p < 0.1 ? 4 : 2));

function verdictText({ goal }: Pick<Objective, 'goal'>, { low, high, settledBy }: Comparison): string {
  if (low !== null && high !== null && (low > 0 || high < 0))
    return `${low > 0 === (goal === 'maximize') ? 'B' : 'A'} is better, by more than chance.`;
  const settled =
    settledBy === null
      ? ''
      : ` If the difference is as large as this, ${settledBy} replicates of each find it in 80 % of the cases.`;
  return `It cannot be told which is better.${settled}`;
}

const claims = {
  settings: 'This is about any seeds, and speakers like these.',
  clips: 'This is about any seeds, on the data that they were tried on.',
  models:
    'This is about these two trained networks alone, and speakers like these: replicates would tell of their settings.',
} as const satisfies Record<Comparison['claim'], string>;

function reasonLines(
  objective: Pick<Objective, 'goal'>,
  compared: Compared,
  { claim, seSeeds, seSpeakers, speakers, only, p, low }: Comparison,
): string[] {
  const unused = claim === 'clips' && [...compared.a, ...compared.b].some(({ wrote }) => wrote);
  const notes = unused
    ? [
        'Their predictions.csv are not used: one is missing, is of other clips, or is right on another share of them than the sweep’s metric says.',
      ]
    : [];
  if (low === null)
    return [
      compared.a.length + compared.b.length === 2
        ? 'One training of each tells nothing of the luck of its seed: run more replicates.'
        : 'The replicates of each point are equal: they tell nothing of the luck of seeds.',
      ...notes,
    ];
  const unit = areShares(objective, compared) ? ' points' : '';
  const unsigned = (value: number): string => signed(objective, compared)(value).slice(1);
  const luck = [
    ...(seSeeds === null ? [] : [`${unsigned(seSeeds)} by seeds`]),
    ...(seSpeakers === null
      ? []
      : [`${unsigned(seSpeakers)} by which of ${speakers} speakers were recorded`]),
  ];
  return [
    claims[claim],
    `Luck moves the difference by about ${luck.join(', ')} (standard errors${unit === '' ? '' : `, in${unit}`}).`,
    ...(only === null || p === null
      ? []
      : [
          `On these very clips A alone was right ${only.a} times, B alone ${only.b} times (McNemar's exact test, p = ${pText(p)}).`,
        ]),
    ...notes,
  ];
}
