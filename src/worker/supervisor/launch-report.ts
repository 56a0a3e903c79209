/** What an agent and its launcher say to each other: one JSON value a line, over the pipes between them. */

/** A trial to be started. */
export interface StartRequest {
  readonly attempt: string;
  /** The file of its exit record, then the program's argv: the wrapper's own arguments. */
  readonly argv: readonly string[];
  readonly workFolder: string;
  readonly log: string;
  /** What it has besides the launcher's own environment. */
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
