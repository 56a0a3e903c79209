/** What an agent and its launcher say to each other: one JSON value a line, over the pipes between them. */

/** What trials inherit from now on, in the place of the launcher's own environment. */
export interface Inheritance {
  readonly kind: 'inherit';
  readonly environment: Readonly<Record<string, string>>;
}

/** A trial to be started. */
export interface StartRequest {
  readonly kind: 'start';
  readonly attempt: string;
  /** The file of its exit record, then the program's argv: the wrapper's own arguments. */
  readonly argv: readonly string[];
  readonly workFolder: string;
  readonly log: string;
  /** What it has besides what it inherits. */
  readonly environment: Readonly<Record<string, string>>;
}

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
