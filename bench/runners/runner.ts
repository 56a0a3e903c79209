import type { Work } from '../work.ts';

/** One way of having work done. */
export interface Runner {
  readonly name: string;
  /** What is timed, for the table's foot. */
  readonly timed: string;
  /**
   * Does the work once, in a fresh folder, and leaves its files there: mass deletion between runs would slow ext4.
   *
   * @returns milliseconds without start-up. @throws where a trial was not run
   */
  run(work: Work, folder: string): Promise<number>;
}

/** A runner whose software is not on this machine. */
export interface Absent {
  readonly name: string;
  readonly absent: string;
}
