/**
 * Whether two trainings are one: they reported the same in every line. An accuracy over 80 clips agrees by chance (of
 * two honest replicates at 0.99, in 35 of 100 cases: the binomial distribution), a loss or a curve does not.
 */
import type { AttemptEnd } from '../model/result/attempt-end.ts';
import { isNotFinite, type MetricsLine, metricOf } from '../model/result/metrics.ts';
import { own } from '../model/own.ts';
import type { Params } from '../model/grid/params.ts';
import { valueText } from '../model/value.ts';

/**
 * `same`: no chance. `flat`: equal, but nothing changes from line to line. `alike`: equal, but too little was said.
 * `unknown`: the lines that would tell were left out, or are equal for another reason.
 */
export type Likeness = 'same' | 'flat' | 'alike' | 'different' | 'unknown';

/** So many lines of a trial are kept in any case (worker/core/kept-lines.ts); of more, it depends on the time. */
const keptLines = 60;
/** Lines that agree by chance in none of a lab's sweeps. */
const tellingLines = 3;

/** How a training ended, and the parameters that it was given. */
export interface Training {
  readonly params: Params;
  readonly end: AttemptEnd;
}

export function likeness(one: Training, other: Training): Likeness {
  const [a, b] = [one.end, other.end];
  if (a.metricsCount === 0 || b.metricsCount === 0) return 'unknown';
  // NaN equals NaN whatever the parameters are, and so does what came of it.
  if (hasNotFinite(a) || hasNotFinite(b))
    return hasNotFinite(a) === hasNotFinite(b) ? 'unknown' : 'different';
  const isWhole = a.metricsHash !== '' && b.metricsHash !== '';
  if (isWhole && a.metricsHash === b.metricsHash && a.metricsCount === b.metricsCount)
    return hasLoss(one) ? 'same' : a.metricsCount < tellingLines ? 'alike' : isFlat(a) ? 'flat' : 'same';
  const [ours, theirs] = [one, other].map(figuresOfEnd);
  if (JSON.stringify(ours) !== JSON.stringify(theirs)) return 'different';
  // Best and last line agree, and something in between does not: the time of day, or another choice of lines.
  if (!saysOther(one) && isWhole && Math.max(a.metricsCount, b.metricsCount) <= keptLines) return 'different';
  return hasLoss(one) ? 'same' : 'unknown';
}

const hasNotFinite = ({ best, final }: AttemptEnd): boolean =>
  [best, final].some((line) => line !== null && Object.values(line).some((value) => isNotFinite(value)));

/** The first line is the best and the last no better: a network that has collapsed looks like that. */
const isFlat = ({ best, final }: AttemptEnd): boolean =>
  JSON.stringify(best) !== JSON.stringify(final) && figuresOf(best) === figuresOf(final);

const place: ReadonlySet<string> = new Set(['step', 'final', 'epoch', 'iteration']);

/** What a line says, but for where it stands. */
export const figuresOf = (line: MetricsLine | null): string =>
  JSON.stringify(Object.entries(figuresIn(line, {}) ?? {}).filter(([name]) => !place.has(name)));

/** Words for what a line tells of a host, the time of day or the seed. */
const clockWords: ReadonlySet<string> = new Set(
  (
    'time times timestamp ts date datetime clock started finished created second seconds sec secs s ms minute minutes ' +
    'duration elapsed eta runtime walltime wall latency speed throughput fps sps ips memory mem mb gb rss host hostname pid ' +
    'device gpu cpu engine uuid id seed'
  ).split(' '),
);

/** `epoch_time`, `epochTime`, `clips/second`, `SPS`. */
const isClock = (name: string): boolean =>
  name.split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/).some((word) => clockWords.has(word.toLowerCase()));

/** Each attempt has a folder of its own. */
const isPath = (value: unknown): boolean => typeof value === 'string' && value.startsWith('/');

/** A program that prints its arguments says what it was given, whatever it makes of that. */
function isEcho(name: string, value: unknown, params: Params): boolean {
  const given = own(params, name);
  return given !== undefined && (value === given || String(value) === valueText(given));
}

/** What tells of the training itself. */
const figuresIn = (line: MetricsLine | null, params: Params): MetricsLine | null =>
  line === null
    ? null
    : Object.fromEntries(
        Object.entries(line).filter(
          ([name, value]) => !isClock(name) && !isPath(value) && !isEcho(name, value, params),
        ),
      );

const figuresOfEnd = ({ params, end: { best, final } }: Training): (MetricsLine | null)[] =>
  [best, final].map((line) => figuresIn(line, params));

/** Whether a line tells of anything else than the training. */
const saysOther = ({ params, end: { best, final } }: Training): boolean =>
  [best, final].some(
    (line) => line !== null && Object.keys(line).length > Object.keys(figuresIn(line, params) ?? {}).length,
  );

const loss = /loss|nll|perplexity|ppl|entropy|mse|mae/i;

const hasLoss = ({ params, end: { best, final } }: Training): boolean =>
  [best, final].some(
    (line) =>
      line !== null &&
      Object.entries(line).some(([name, said]) => {
        const value = loss.test(name) && !isEcho(name, said, params) ? metricOf(line, name) : null;
        // Rounded away, or a problem that is solved.
        return value !== null && value !== 0;
      }),
  );
