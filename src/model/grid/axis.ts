import { z } from 'zod';
import { logValues, rangeValues, type Values } from './decimal-range.ts';
import { own } from '../own.ts';
import { paramsSchema, paramValueSchema, type Params } from './params.ts';
import type { ParamValue } from '../value.ts';

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

/** What a value of an axis sets, and the case's name where it has one. */
export interface AxisValue {
  readonly params: Params;
  readonly case: string | null;
}

export function axisValues(axis: Axis): Values<AxisValue> {
  const { name } = axis;
  switch (axis.kind) {
    case 'list':
      return listed(axis.values.map((value) => ({ params: { [name]: value }, case: null })));
    case 'range':
      return numbered(name, rangeValues(axis));
    case 'log':
      return numbered(name, logValues(axis));
    case 'cases':
      return listed(axis.cases.map((named) => ({ params: named.params, case: named.name })));
    default:
      return axis satisfies never;
  }
}

export const axisSize = (axis: Axis): number => axisValues(axis).size;

const numbered = (name: string, { size, at }: Values<number>): Values<AxisValue> => ({
  size,
  at: (index) => ({ params: { [name]: at(index) }, case: null }),
});

const listed = (values: readonly AxisValue[]): Values<AxisValue> => ({
  size: values.length,
  at: (index) => {
    const value = values[index];
    if (value === undefined) throw new RangeError(`there is no value ${index} of ${values.length}`);
    return value;
  },
});

/** The parameters that vary in a sweep, in the order of its axes: the columns of its tables. */
export const variedParameters = (grids: readonly (readonly Axis[])[]): string[] => [
  ...new Set(grids.flat().flatMap(parametersOf)),
];

/**
 * The values that a parameter takes in grids beside what is fixed; undefined where points lack it. Of a range, which has
 * numbers alone, the first.
 */
export function valuesOf(
  name: string,
  { fixed, grids }: { readonly fixed: Params; readonly grids: readonly (readonly Axis[])[] },
): (ParamValue | undefined)[] {
  return grids.flatMap((axes) => {
    const axis = axes.find((one) => parametersOf(one).includes(name));
    if (axis === undefined) return [own(fixed, name)];
    const { size, at } = axisValues(axis);
    const isListed = axis.kind === 'list' || axis.kind === 'cases';
    const shown = isListed ? size : Math.min(size, 1);
    return Array.from({ length: shown }, (_, index) => own(at(index).params, name));
  });
}
