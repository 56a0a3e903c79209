import type { KeyPath, Position } from './source-issue.ts';

/** A file that a person wrote, as plain values that remember where they stood. */
export interface Source {
  readonly path: string;
  readonly value: unknown;
  /** Whether the file itself holds something at this key. */
  has(key: KeyPath): boolean;
  /** Where the key, or its value, stands; of a key that is not there, where the nearest one above it stands. */
  locate: Locate;
}

export type Locate = (key: KeyPath, target?: 'key' | 'value') => Position;

/** The value at a key of plain data; undefined where there is none. */
export function valueAt(value: unknown, key: KeyPath): unknown {
  return key.reduce<unknown>((at, part) => {
    if (Array.isArray(at)) return at[Number(part)];
    return isMapping(at) && Object.hasOwn(at, part) ? at[part] : undefined;
  }, value);
}

export type Mapping = Readonly<Record<string, unknown>>;

export const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
