import { type Axis, parametersOf } from '../grid/axis.ts';
import { type ArgStyle, spelledName } from '../command/spell-args.ts';
import type { SweepFile } from './sweep-file.ts';

/** Another parameter of a point that {args} would pass by the same name: `learningRate` beside `learning_rate`. */
export function namesake(
  name: string,
  passed: ReadonlySet<string>,
  sweep: Pick<SweepFile, 'fixed' | 'grids'>,
  style: ArgStyle,
): string | null {
  const as = spelledName(name, style);
  const alike = [...passed].filter((other) => other !== name && spelledName(other, style) === as);
  return alike.find((other) => areTogether(name, other, sweep)) ?? null;
}

/** Whether a point can have both: not where different grids, or different cases of one axis, set them. */
const areTogether = (
  one: string,
  other: string,
  { fixed, grids }: Pick<SweepFile, 'fixed' | 'grids'>,
): boolean =>
  grids.some((axes) => {
    const [first, second] = [one, other].map((name) =>
      Object.hasOwn(fixed, name) ? 'fixed' : axes.find((axis) => parametersOf(axis).includes(name)),
    );
    if (first === undefined || second === undefined) return false;
    return first === 'fixed' || first !== second || haveBoth(first, one, other);
  });

const haveBoth = (axis: Axis | 'fixed', one: string, other: string): boolean =>
  axis !== 'fixed' &&
  axis.kind === 'cases' &&
  axis.cases.some(({ params }) => Object.hasOwn(params, one) && Object.hasOwn(params, other));
