/** What an agent and its launcher say to each other: one JSON value a line, over the pipes between them. */

import type { Copying } from './tree-copies.ts';

/** What trials inherit from now on, in the place of the launcher's own environment. */
export interface Inheritance {
  readonly kind: 'inherit';
  readonly environment: Readonly<Record<string, string>>;
}

/** A trial to be started. */
export interface StartRequest {
  readonly kind: 'start';
  readonly attempt: string;
  /** The wrapper's own arguments. */
  readonly argv: readonly string[];
  readonly workFolder: string;
  /** What its working directory begins as; null where it is made already. */
  readonly copy: WorkCopy | null;
  readonly log: string;
  /** What it has besides what it inherits. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface WorkCopy extends Copying {
  /** The print that the copied tree has to have; null where any will do. */
  readonly print: string | null;
}

/** What is left of an attempt's copy as it was copied may go: nothing of it runs, and it has been read. Not answered. */
export interface OverRequest {
  readonly kind: 'over';
  readonly attempt: string;
  /** Nobody will want to look at what a trial ran as that succeeded: its copy may go to the next one. */
  readonly succeeded: boolean;
}

export type LauncherRequest = Inheritance | StartRequest | OverRequest;

/** The code of a failure: what was to be copied is not what it was found to be, and nothing was started. */
export const changedCode = 'CHANGED';

export type LaunchReport =
  | { readonly kind: 'started'; readonly attempt: string; readonly pid: number }
  /** The system's error. */
  | {
      readonly kind: 'failed';
      readonly attempt: string;
      readonly code: string | null;
      readonly message: string;
    }
  /** The wrapper is gone. */
  | { readonly kind: 'exited'; readonly attempt: string };
