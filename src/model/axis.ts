import { z } from 'zod';
import { logValue, rangeSize, rangeValue } from './decimal-range.ts';
import { paramsSchema, paramValueSchema, type Params } from './params.ts';

/**
 * One axis of a grid. A range stays a rule until a value is asked for, so that a grid can be counted and sampled
 * without being expanded.
 */
export const axisSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('list'), name: z.string(), values: z.array(paramValueSchema) }),
  z.object({
    kind: z.literal('range'),
    name: z.string(),
    from: z.number(),
    to: z.number(),
    step: z.number(),
  }),
  /** `count` values, each the same factor from the one before. */
  z.object({ kind: z.literal('log'), name: z.string(), from: z.number(), to: z.number(), count: z.number() }),
  /** Named cases, each of which sets several parameters. */
  z.object({
    kind: z.literal('cases'),
    name: z.string(),
    cases: z.array(z.object({ name: z.string(), params: paramsSchema })),
  }),
]);
export type Axis = Readonly<z.infer<typeof axisSchema>>;

/** The parameters that an axis sets at one point or another. */
export function parametersOf(axis: Axis): readonly string[] {
  if (axis.kind !== 'cases') return [axis.name];
  return [...new Set(axis.cases.flatMap(({ params }) => Object.keys(params)))];
}

export function axisSize(axis: Axis): number {
  switch (axis.kind) {
    case 'list':
      return axis.values.length;
    case 'range':
      return rangeSize(axis);
    case 'log':
      return axis.count;
    case 'cases':
      return axis.cases.length;
    default:
      return axis satisfies never;
  }
}

/** What the axis sets at its `index`-th value, and the case's name where it has one. */
export function axisAt(axis: Axis, index: number): { readonly params: Params; readonly case: string | null } {
  switch (axis.kind) {
    case 'list': {
      const value = axis.values[index];
      if (value === undefined) throw new RangeError(`axis ${axis.name} has no value ${index}`);
      return { params: { [axis.name]: value }, case: null };
    }
    case 'range':
      return { params: { [axis.name]: rangeValue(axis, index) }, case: null };
    case 'log':
      return { params: { [axis.name]: logValue(axis, index) }, case: null };
    case 'cases': {
      const named = axis.cases[index];
      if (named === undefined) throw new RangeError(`axis ${axis.name} has no case ${index}`);
      return { params: named.params, case: named.name };
    }
    default:
      return axis satisfies never;
  }
}

/** The parameters that vary in a sweep, in the order of its axes: the columns of its tables. */
export const variedParameters = (grids: readonly (readonly Axis[])[]): string[] => [
  ...new Set(grids.flat().flatMap(parametersOf)),
];
