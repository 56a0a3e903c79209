/** The kinds of limits. A row of the table (limit-table.ts) is one of them. */
import type { z } from 'zod';

/** How the inventory sets a limit. */
export interface Setting {
  /** Its key in inventory.json. */
  readonly key: string;
  /** Reads what a person writes under that key. */
  readonly input: z.ZodType<number | null>;
  /** What editors show of the key. */
  readonly sentence: string;
  /** Its name in messages to agents and in their journals; null there is the rule's own default. */
  readonly said: string;
  readonly saidSchema: z.ZodType<number | null>;
}

export interface Limit<Value, Set extends Setting | null = Setting | null> {
  /** What holds where the inventory says nothing. */
  readonly fallback: Value;
  /** What holds where it says a number. */
  readonly setTo: (said: number) => Value;
  /** Of the values of two inventories, the one that keeps to both. */
  readonly stricter: (one: Value, other: Value) => Value;
  /** Null for what no inventory sets. */
  readonly setting: Set;
}

/** A GPU takes nothing from `hold` on until it is down at `release`: one mark alone would start and hold in turn. */
export interface Marks {
  readonly hold: number;
  readonly release: number;
}

/**
 * The marks of a figure of a whole host. They count once the figure has been beyond them for so long: what passes sooner
 * was a burst.
 */
export interface PatientMarks extends Marks {
  readonly patienceMs: number;
}

const lower = (one: number, other: number): number => Math.min(one, other);
const higher = (one: number, other: number): number => Math.max(one, other);
const asSaid = (said: number): number => said;

/** The lower of two values is the stricter. */
export const most = <const Set extends Setting | null>(
  fallback: number,
  setting: Set,
): Limit<number, Set> => ({
  fallback,
  setTo: asSaid,
  stricter: lower,
  setting,
});

/** The higher of two values is the stricter. */
export const least = <const Set extends Setting | null>(
  fallback: number,
  setting: Set,
): Limit<number, Set> => ({
  fallback,
  setTo: asSaid,
  stricter: higher,
  setting,
});

/** As `most`; null, which limits nothing, where no inventory says it. */
export const mostIfSaid = <const Set extends Setting>(setting: Set): Limit<number | null, Set> => ({
  fallback: null,
  setTo: asSaid,
  stricter: ifSaid(lower),
  setting,
});

/** As `least`, likewise. */
export const leastIfSaid = <const Set extends Setting>(setting: Set): Limit<number | null, Set> => ({
  fallback: null,
  setTo: asSaid,
  stricter: ifSaid(higher),
  setting,
});

/** The marks of a measured figure. The inventory sets the upper one; the lower one keeps its distance. */
export const marks = <const Set extends Setting | null>(
  fallback: Marks,
  setting: Set,
): Limit<Marks, Set> => ({
  fallback,
  setTo: (said) => ({ hold: said, release: said - (fallback.hold - fallback.release) }),
  stricter: stricterMarks,
  setting,
});

/** As `marks`, with patience; the lower mark keeps its share of the upper one. */
export const patientMarks = <const Set extends Setting | null>(
  fallback: PatientMarks,
  setting: Set,
): Limit<PatientMarks, Set> => ({
  fallback,
  setTo: (said) => ({ ...fallback, hold: said, release: (said * fallback.release) / fallback.hold }),
  stricter: stricterMarks,
  setting,
});

function stricterMarks<Some extends Marks>(one: Some, other: Some): Some {
  return other.hold < one.hold ? other : one;
}

function ifSaid(pick: (one: number, other: number) => number) {
  return (one: number | null, other: number | null): number | null =>
    one === null || other === null ? (one ?? other) : pick(one, other);
}
