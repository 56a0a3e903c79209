import { valuesOf } from '../grid/axis.ts';
import { nearestName } from '../source/nearest.ts';
import { own } from '../own.ts';
import { issueAt, type KeyPath, type SourceIssue } from '../source/source-issue.ts';
import type { Locate } from '../source/source.ts';
import type { SweepFile } from './sweep-file.ts';
import type { SweepInput } from './sweep-input.ts';
import { digitsOf, isSameValue, jsonText, type ParamValue } from '../value.ts';

/** @param known the names of the parameters that there are */
export function exclusionIssues(
  sweep: Pick<SweepFile, 'exclude' | 'fixed' | 'grids'>,
  input: Pick<SweepInput, 'exclude'>,
  known: readonly string[],
  locate: Locate,
): SourceIssue[] {
  return sweep.exclude.flatMap(({ when }, index) => {
    const rule = ['exclude', index];
    if (Object.keys(when).length === 0)
      return [issueAt(locate(rule), rule, 'names no parameter: {layers: 9, because: …}')];
    return Object.entries(when).flatMap(([name, items]) => {
      const key: KeyPath = [...rule, name];
      if (!known.includes(name))
        return [issueAt(locate(key, 'key'), key, 'is no parameter of this sweep', nearestName(name, known))];
      const values = valuesOf(name, sweep);
      const odd = items.find((item) => isMapping(item) && !values.some((value) => isSameValue(value, item)));
      if (odd !== undefined)
        return [
          issueAt(locate(key), key, `no point has ${jsonText(odd)}; write a value, or a list of values`),
        ];
      const written = own(input.exclude?.[index] ?? {}, name);
      return Array.isArray(written) && isOneValue(items, values)
        ? [issueAt(locate(key), key, oneValueText(items))]
        : [];
    });
  });
}

/** A range, as axes have it, would leave nothing out. */
const isMapping = (item: ParamValue): boolean =>
  typeof item === 'object' && item !== null && !Array.isArray(item) && digitsOf(item) === null;

/** A list that is a value of the parameter, none of whose items is one: as a list of values it would leave nothing out. */
const isOneValue = (items: readonly ParamValue[], values: readonly (ParamValue | undefined)[]): boolean =>
  values.some((value) => isSameValue(value, items)) &&
  !items.some((item) => values.some((value) => isSameValue(value, item)));

const oneValueText = (items: readonly ParamValue[]): string =>
  `is read as a list of values, and ${jsonText(items)} is one value here; write [${jsonText(items)}]`;
