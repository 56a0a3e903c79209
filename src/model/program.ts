import type { Params } from './grid/params.ts';
import type { Resources } from './resources.ts';

/** What a data set is to a description: enough for counts before anything is there. */
export interface DataShape {
  /** Classes, in the order that numbers them. */
  readonly words: readonly string[];
}

/** A parameter that a program refuses, in the terms of the sweep file: `parameter` is its key. */
export interface ParamIssue {
  readonly parameter: string;
  /** One sentence that says what would be right. */
  readonly message: string;
}

export type CompletedParams =
  | { readonly kind: 'complete'; readonly params: Params }
  | { readonly kind: 'refused'; readonly issues: readonly ParamIssue[] };

/**
 * What labsweep knows of a built-in program without running it. Pure: `plan` asks it on a machine that has neither
 * the engine nor the data.
 */
export interface ProgramDescription {
  readonly name: string;
  /** Part of every trial's identity: raised when the program's numbers change. */
  readonly version: number;
  /** Every parameter's name, for the nearest known one. */
  readonly parameters: readonly string[];
  /** What its lines report: of each epoch, or the last one alone. */
  readonly metrics: readonly string[];
  /** Whether a trial does nothing without a data set. */
  readonly needsData: boolean;
  /** Parameters that are kept with the result but are not part of the identity (`engine`). */
  readonly provenance: readonly string[];
  /** Words that the program chooses when a sweep names none and the data set is not there to ask. */
  readonly defaultWords: readonly string[];
  /** Fills the defaults in and checks every value, alone and together. Returns all issues, not the first. */
  complete(params: Params): CompletedParams;
  /** Trainable parameters of the model that completed params describe. */
  countParameters(params: Params, data: DataShape): number;
  /** Floating-point operations of the whole training: only its ratio between points is relied on. */
  operations(params: Params, data: DataShape): number;
  /** What one trial takes of a host at its peak. @param engines that are installed besides the one in its files */
  estimate(params: Params, data: DataShape, engines: readonly string[]): Resources;
  /** The argv of a trial, with the placeholders of the trial contract. */
  readonly command: readonly string[];
}
