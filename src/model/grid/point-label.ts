import type { Params } from './params.ts';
import { own } from '../own.ts';
import { isSameValue, type ParamValue, valueText } from '../value.ts';

interface Placed {
  readonly params: Params;
  readonly case: string | null;
}

/**
 * The parameters whose values tell the points of a sweep apart, in the order of the axes. What a case sets is left to
 * its name, unless no case comes twice: then nothing shows which parameters are the case's own.
 */
export function tellingParams(points: readonly Placed[], axes: readonly string[]): readonly string[] {
  const cases = new Set(points.flatMap((point) => point.case ?? []));
  if (cases.size === 0 || cases.size === points.length) return axes;
  return axes.filter((name) => !isSetByCase(points, name));
}

function isSetByCase(points: readonly Placed[], name: string): boolean {
  const values = new Map<string | null, ParamValue | undefined>();
  for (const { case: named, params } of points) {
    if (values.has(named) && !isSameValue(values.get(named), own(params, name))) return false;
    values.set(named, own(params, name));
  }
  return true;
}

/** A point in a few words: `layers=8 dropout=0.5`, `layers=8 BN`. `names` is what `tellingParams` says. */
export function pointLabel({ params, case: named }: Placed, names: readonly string[]): string {
  const told = names.flatMap((name) => {
    const value = own(params, name);
    return value === undefined ? [] : [`${name}=${valueText(value)}`];
  });
  return [...told, ...(named === null ? [] : [named])].join(' ') || 'the only point';
}

/** A trial in a few words: its point, and its seed where the point has others. */
export const trialLabel = (
  { point, seed }: { readonly point: Placed & { readonly trials: readonly string[] }; readonly seed: number },
  names: readonly string[],
): string => pointLabel(point, names) + (point.trials.length > 1 ? ` seed=${seed}` : '');
