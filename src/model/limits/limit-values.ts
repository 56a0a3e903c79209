/** The value of each limit, as the table has it, as an inventory sets it, and as it keeps to two inventories. */
import type { Limit, Marks, PatientMarks } from './limit.ts';
import type { LimitSetting, SaidLimits } from './limit-settings.ts';
import { limitTable } from './limit-table.ts';

export type LimitValues = {
  readonly [Name in keyof typeof limitTable]: (typeof limitTable)[Name]['fallback'];
};
type LimitName = keyof LimitValues;
/** A limit with marks and patience is about a figure of the host. */
export type HostMarkName = {
  [Name in LimitName]: LimitValues[Name] extends PatientMarks ? Name : never;
}[LimitName];
/** A limit with marks alone has the name of the GPU's figure that it is about. */
export type MarkName = Exclude<
  { [Name in LimitName]: LimitValues[Name] extends Marks ? Name : never }[LimitName],
  HostMarkName
>;

const table: { readonly [Name in LimitName]: Limit<LimitValues[Name], LimitSetting | null> } = limitTable;

// Object.keys forgets the names in its type.
const limitNames = Object.keys(table).filter((name): name is LimitName => Object.hasOwn(table, name));
const isMarks = (value: LimitValues[LimitName]): value is Marks =>
  typeof value === 'object' && value !== null;
const isPatient = (value: LimitValues[LimitName]): value is PatientMarks =>
  isMarks(value) && 'patienceMs' in value;
export const hostMarkNames: readonly HostMarkName[] = limitNames.filter((name): name is HostMarkName =>
  isPatient(table[name].fallback),
);
export const markNames: readonly MarkName[] = limitNames.filter(
  (name): name is MarkName => isMarks(table[name].fallback) && !isPatient(table[name].fallback),
);

export const limitValues = (said: Readonly<SaidLimits>): LimitValues =>
  eachLimit((name) => {
    const { fallback, setTo, setting } = table[name];
    const value = setting === null ? null : said[setting.said];
    return value === null ? fallback : setTo(value);
  });

export const stricterValues = (one: LimitValues, other: LimitValues): LimitValues =>
  eachLimit((name) => table[name].stricter(one[name], other[name]));

/** A value for each row, as its type is there. */
function eachLimit(valueOf: <Name extends LimitName>(name: Name) => LimitValues[Name]): LimitValues;
function eachLimit(valueOf: (name: LimitName) => unknown): Readonly<Record<string, unknown>> {
  return Object.fromEntries(limitNames.map((name) => [name, valueOf(name)]));
}
