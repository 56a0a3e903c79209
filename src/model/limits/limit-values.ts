/** The value of each limit, as the table has it, as an inventory sets it, and as it keeps to two inventories. */
import type { Limit } from './limit.ts';
import type { LimitSetting, SaidLimits } from './limit-settings.ts';
import { limitTable } from './limit-table.ts';

export type LimitValues = { readonly [Name in keyof typeof limitTable]: (typeof limitTable)[Name]['fallback'] };
type LimitName = keyof LimitValues;
const table: { readonly [Name in LimitName]: Limit<LimitValues[Name], LimitSetting | null> } = limitTable;

export const limitValues = (said: Readonly<SaidLimits>): LimitValues =>
  eachLimit((name) => {
    const { fallback, setTo, setting } = table[name];
    const value = setting === null ? null : said[setting.said];
    return value === null ? fallback : setTo(value);
  });

export const stricterValues = (one: LimitValues, other: LimitValues): LimitValues =>
  eachLimit((name) => table[name].stricter(one[name], other[name]));

function eachLimit(valueOf: <Name extends LimitName>(name: Name) => LimitValues[Name]): LimitValues;
function eachLimit(valueOf: (name: LimitName) => unknown): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.keys(table)
      .filter(isLimit)
      .map((name) => [name, valueOf(name)]),
  );
}

const isLimit = (name: string): name is LimitName => Object.hasOwn(table, name);
