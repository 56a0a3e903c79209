/**
 * What a caller asks for of a sweep file: all of it, a part of it, or other trials than it has. A part is a
 * smaller run of the same sweep; other trials are a sweep of their own, so that no option takes anything out of one.
 */
import type { SweepPart } from '../../ledger/events.ts';
import { canonicalJson, canonicalParams, sha256Hex } from '../../model/grid/canonical.ts';
import type { Point } from '../../model/grid/expansion.ts';
import type { Caller } from '../caller.ts';
import { SessionError } from '../session-error.ts';
import { type LoadedSweep, loadSweep, type SweepOptions } from './sweep-source.ts';

export interface ChosenSweep {
  /** As the ledger is to have it. */
  readonly loaded: LoadedSweep;
  /** What is to run of it; null: all. */
  readonly part: SweepPart | null;
  /** The sweep of the file, beside which this one stands; null where it is the same, or a person has named it. */
  readonly beside: string | null;
}

/** @throws SessionError with every issue that was found */
export function chooseSweep(caller: Caller, path: string, options: SweepOptions): ChosenSweep {
  const asked = loadSweep(caller, path, options);
  const { set, replicates, limit, yes, name: named } = options;
  if (set === undefined && replicates === undefined && limit === undefined)
    return { loaded: asked, part: null, beside: null };
  const load = (some: SweepOptions): LoadedSweep | null =>
    loadIfRight(caller, path, yes === true ? { ...some, yes } : some);
  const file = load({})?.sweep.name ?? asked.sweep.name;
  const own = named ?? (asked.sweep.name === file ? undefined : asked.sweep.name);
  // From the file itself on, the first that holds all that is asked for. The last does.
  const changes: readonly SweepOptions[] = [
    {},
    { ...(set && { set }) },
    { ...(set && { set }), ...(replicates !== undefined && { replicates }) },
  ];
  for (const change of changes) {
    const loaded = load({ ...change, name: own ?? nameOf(file, change) });
    const part = loaded === null ? null : partOf(loaded, asked);
    if (loaded !== null && part !== null)
      return {
        loaded: asUrgentAs(asked, loaded),
        part: isAll(loaded, part) ? null : part,
        beside: besides(file, own, loaded),
      };
  }
  const loaded = loadSweep(caller, path, { ...options, name: own ?? nameOf(file, options) });
  return { loaded, part: null, beside: besides(file, own, loaded) };
}

/** How urgent it is changes nothing of what a sweep is: `--set priority=5` holds for the sweep of the file. */
const asUrgentAs = ({ sweep: { priority } }: LoadedSweep, loaded: LoadedSweep): LoadedSweep => ({
  ...loaded,
  sweep: { ...loaded.sweep, priority },
});

const besides = (file: string, own: string | undefined, { sweep }: LoadedSweep): string | null =>
  own === undefined && sweep.name !== file ? file : null;

/** Where the file alone is not whole, or has too many trials, it is nothing that a part could be of. */
function loadIfRight(caller: Caller, path: string, options: SweepOptions): LoadedSweep | null {
  try {
    return loadSweep(caller, path, options);
  } catch (error) {
    if (error instanceof SessionError) return null;
    throw error;
  }
}

const longestName = 100;

/** `lab-epochs-2`: the same options make the same sweep. */
function nameOf(file: string, { set = [], replicates, limit }: SweepOptions): string {
  const changes = [
    ...set
      .filter((change) => !change.startsWith('priority='))
      .map((change) => change.replace(/^(fixed|grid)\./, '')),
    ...(replicates === undefined ? [] : [`replicates-${replicates}`]),
    ...(limit === undefined ? [] : [`limit-${limit}`]),
  ];
  const words = changes.map((change) => change.replaceAll(/[^A-Za-z0-9._]+/g, '-').replace(/-$/, ''));
  const name = [file, ...words].join('-');
  if (name.length <= longestName) return name;
  // Two that differ behind the cut are two sweeps.
  const mark = sha256Hex(name).slice(0, 8);
  return `${name.slice(0, longestName - mark.length - 1)}-${mark}`;
}

/** Null where the sweep lacks something that is asked for, or would run it in another way. */
function partOf(sweep: LoadedSweep, asked: LoadedSweep): SweepPart | null {
  if (settingsOf(sweep) !== settingsOf(asked)) return null;
  const places = new Map(sweep.points.map((point, index) => [contentOf(point), index]));
  const points = asked.points.map((point) => places.get(contentOf(point)) ?? -1);
  const { seeds } = asked.sweep;
  if (points.includes(-1) || !seeds.every((seed) => sweep.sweep.seeds.includes(seed))) return null;
  return { points, seeds: [...seeds] };
}

const contentOf = ({ params }: Point): string => canonicalParams(params, []);

/** All but which trials there are. */
const settings = [
  'program',
  'data',
  'objective',
  'resources',
  'hosts',
  'timeoutMs',
  'stallAfterMs',
  'retries',
  'concurrent',
  'artifacts',
] as const;

const settingsOf = ({ sweep }: LoadedSweep): string =>
  canonicalJson(Object.fromEntries(settings.map((key) => [key, sweep[key]])));

const isAll = ({ points, sweep }: LoadedSweep, part: SweepPart): boolean =>
  part.points.length === points.length && part.seeds.length === sweep.seeds.length;
