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

export interface Spreads {
  readonly param: number;
  readonly shape: number;
  readonly gpu: number;
  readonly host: number;
}

/** That every trial of a launch has. */
export const every: Trait = { name: 'every', spread: 20 };

export const traitsOf = ({ shape, params }: Kind, spreads: Spreads): Trait[] => [
  ...Object.entries(params).map(([name, value]) => ({
    name: `${name} ${JSON.stringify(value)}`,
    spread: spreads.param,
  })),
  { name: `shape ${shape}`, spread: spreads.shape },
];

export const traitsOfPlace = ({ host, gpuName }: Place, spreads: Spreads): Trait[] => [
  ...(gpuName === null ? [] : [{ name: `gpu ${gpuName}`, spread: spreads.gpu }]),
  { name: `host ${host}`, spread: spreads.host },
];
