/**
 * Ranges as people mean them: in decimals. Values are counted in whole units of the finest digit that is written and
 * divided once at the end, so that {from: 0, to: 1, step: 0.1} holds 0.3 and not 0.30000000000000004.
 */
interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

interface LogRange {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** A sequence that is not written out: it may have 10^9 members. */
export interface Values<Value> {
  readonly size: number;
  /** The member at `index`, from 0 to below `size`. */
  readonly at: (index: number) => Value;
}

/** Powers of ten up to here are exact in a double, and so is the division by one. */
const mostDigits = 15;

interface Units {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly scale: number;
}

function unitsOf({ from, to, step }: Range): Units {
  const scale =
    10 **
    Math.min(mostDigits, Math.max(digitsAfterPoint(from), digitsAfterPoint(to), digitsAfterPoint(step)));
  return {
    from: Math.round(from * scale),
    to: Math.round(to * scale),
    step: Math.round(step * scale),
    scale,
  };
}

function digitsAfterPoint(value: number): number {
  const [, fraction = '', exponent = '0'] = /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  return Math.max(0, fraction.length - Number(exponent));
}

/** What is wrong with a range, in a sentence; null where both of its ends are among its values. */
export function rangeProblem(range: Range): string | null {
  const { from, to, step } = range;
  if (step === 0) return 'step 0 leads nowhere';
  if (from !== to && to > from !== step > 0)
    return to > from
      ? `step ${step} leads away from ${to}`
      : `${from} is above ${to}; swap them or write step: ${-step}`;
  const units = unitsOf(range);
  if (![units.from, units.to].every(Number.isSafeInteger) || digitsAfterPoint(step) > mostDigits)
    return `step ${step} is too fine for numbers as large as ${to}`;
  const rest = (units.to - units.from) % units.step;
  if (rest === 0) return null;
  return `steps of ${step} from ${from} miss ${to}; the last one before it is ${(units.to - rest) / units.scale}`;
}

/** The values of a range that has no problem, each made when it is asked for. */
export function rangeValues(range: Range): Values<number> {
  const units = unitsOf(range);
  return {
    size: Math.floor((units.to - units.from) / units.step) + 1,
    at: (index) => (units.from + index * units.step) / units.scale,
  };
}

export function logRangeProblem({ from, to }: LogRange): string | null {
  if (from <= 0 || to <= 0) return `a log range lies above 0, and ${Math.min(from, to)} does not`;
  return from === to ? `both ends are ${from}` : null;
}

/** Both ends as they are written; between them three significant digits, more where neighbours need them. */
export function logValues({ from, to, count }: LogRange): Values<number> {
  const factor = (to / from) ** (1 / (count - 1));
  const digits = Math.max(3, 2 + Math.ceil(-Math.log10(Math.abs(factor - 1))));
  const between = (index: number): number =>
    Number((from * (to / from) ** (index / (count - 1))).toPrecision(Math.min(mostDigits, digits)));
  return { size: count, at: (index) => (index === 0 ? from : index === count - 1 ? to : between(index)) };
}
