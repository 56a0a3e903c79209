/** What is known of a trial and of where it runs that tells what it takes. */
import type { Params } from '../model/grid/params.ts';
import type { Trait } from './effects.ts';

/** A point, as far as it tells what a trial of it takes. */
export interface Kind {
  readonly shape: string;
  readonly params: Params;
}

export interface Place {
  readonly host: string;
  /** Null where a trial has none there, or where that is not known. */
  readonly gpuName: string | null;
}

/** That every trial of a launch has. */
export const every: Trait = { name: 'every', group: 'every', kind: 'every' };

/** A plan asks of the same points again and again. */
const known = new WeakMap<Params, readonly Trait[]>();

export function traitsOf({ shape, params }: Kind): readonly Trait[] {
  const found = known.get(params);
  if (found !== undefined) return found;
  const traits: Trait[] = [
    every,
    ...Object.entries(params).map(
      ([name, value]): Trait => ({
        name: `${name} ${JSON.stringify(value)}`,
        group: `param ${name}`,
        kind: 'param',
      }),
    ),
    { name: `shape ${shape}`, group: 'shape', kind: 'shape' },
  ];
  known.set(params, traits);
  return traits;
}

const knownPlaces = new Map<string, readonly Trait[]>();

export function traitsOfPlace(place: Place): readonly Trait[] {
  const key = `${place.host}\n${place.gpuName ?? ''}`;
  const traits = knownPlaces.get(key) ?? newTraitsOfPlace(place);
  knownPlaces.set(key, traits);
  return traits;
}

const newTraitsOfPlace = ({ host, gpuName }: Place): readonly Trait[] =>
  gpuName === null
    ? [{ name: `host ${host}`, group: 'host', kind: 'host' }]
    : [
        { name: `gpu ${gpuName}`, group: 'gpu', kind: 'gpu' },
        { name: `host ${host}`, group: 'host', kind: 'host-of-gpu' },
      ];
