/** How people name a trial or a point: a prefix of its id, `#rank`, or `layers=8,dropout=0.5`. */
import type { TrialId } from '../ids.ts';
import { nearestName } from '../source/nearest.ts';
import type { Params } from './params.ts';
import { own } from '../own.ts';
import { isSameValue, valueText } from '../value.ts';
import { readValue } from '../source/yaml-source.ts';

/** What a trial can be named by. */
export interface Nameable {
  readonly trial: TrialId;
  /** Trials of one point share it. */
  readonly point: number;
  readonly seed: number;
  readonly params: Params;
  readonly case: string | null;
}

export type SelectedTrials<Trial extends Nameable> =
  /** One trial, or all replicates of one point. */
  | { readonly kind: 'selected'; readonly trials: readonly Trial[] }
  /** Several points, or several ids, fit: the candidates, for a person to choose. */
  | { readonly kind: 'ambiguous'; readonly message: string; readonly candidates: readonly Trial[] }
  | { readonly kind: 'none'; readonly message: string };

/** Fewer digits than this name nothing on purpose. */
const shortestPrefix = 4;

/** `ranking` holds the points, best first; null where nothing is ranked yet. */
export function selectTrials<Trial extends Nameable>(
  name: string,
  trials: readonly Trial[],
  ranking: readonly number[] | null,
): SelectedTrials<Trial> {
  if (name.startsWith('#')) return byRank(name, trials, ranking);
  if (name.includes('=')) return byParams(name, trials);
  return byId(name.toLowerCase(), trials);
}

function byId<Trial extends Nameable>(prefix: string, trials: readonly Trial[]): SelectedTrials<Trial> {
  if (!/^[0-9a-f]+$/.test(prefix) || prefix.length < shortestPrefix)
    return none(`${prefix} names no trial; write 4 or more digits of its id, #1, or layers=8,dropout=0.5`);
  const found = trials.filter(({ trial }) => trial.startsWith(prefix));
  if (found.length === 0) return none(`no trial's id starts with ${prefix}`);
  if (found.length === 1) return { kind: 'selected', trials: found };
  return {
    kind: 'ambiguous',
    message: `${found.length} ids start with ${prefix}; write more of it`,
    candidates: found,
  };
}

function byRank<Trial extends Nameable>(
  name: string,
  trials: readonly Trial[],
  ranking: readonly number[] | null,
): SelectedTrials<Trial> {
  const rank = Number(name.slice(1));
  if (!Number.isInteger(rank) || rank < 1) return none(`${name} is no rank; the best is #1`);
  if (ranking === null || ranking.length === 0) return none('nothing is ranked yet');
  const point = ranking[rank - 1];
  if (point === undefined) return none(`there is no ${name}; ${ranking.length} points are ranked`);
  return { kind: 'selected', trials: trials.filter((trial) => trial.point === point) };
}

function byParams<Trial extends Nameable>(name: string, trials: readonly Trial[]): SelectedTrials<Trial> {
  const wanted = assignments(name);
  const known = [...new Set(trials.flatMap(({ params }) => Object.keys(params))), 'seed', 'case'];
  for (const [parameter] of wanted) {
    if (!known.includes(parameter)) {
      const nearest = nearestName(parameter, known);
      return none(
        `no trial has a parameter ${parameter}${nearest === null ? '' : `; did you mean ${nearest}?`}`,
      );
    }
  }
  // `4.0` is 4, and `[60, 60]` a list, as in a sweep file.
  const said = wanted.map(([parameter, text]): Said => ({ parameter, text, value: readValue(text) }));
  const found = trials.filter((trial) => said.every((one) => isSaid(trial, one)));
  if (found.length === 0) return none(`no trial has ${name}`);
  const points = new Set(found.map(({ point }) => point));
  if (points.size === 1) return { kind: 'selected', trials: found };
  return {
    kind: 'ambiguous',
    message: `${points.size} points have ${name}; name more parameters`,
    candidates: found,
  };
}

/** A name of a case may hold a comma, so one separates only where a `name=` follows. */
const assignments = (text: string): [string, string][] =>
  text.split(/,(?=\s*[A-Za-z_][\w.-]*=)/).map((part) => {
    const at = part.indexOf('=');
    return [part.slice(0, at).trim(), part.slice(at + 1).trim()];
  });

interface Said {
  readonly parameter: string;
  readonly text: string;
  readonly value: ReturnType<typeof readValue>;
}

function isSaid({ params, seed, case: named }: Nameable, { parameter, text, value: read }: Said): boolean {
  const value = parameter === 'case' ? named : parameter === 'seed' ? seed : own(params, parameter);
  if (value === undefined || (value === null && parameter === 'case')) return false;
  return valueText(value) === text || isSameValue(value, read);
}

const none = (message: string): { kind: 'none'; message: string } => ({ kind: 'none', message });
