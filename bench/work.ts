/** What every runner is given to do: the same programs, as many at once. */

export interface Work {
  /** As it is named on the command line and in the table. */
  readonly name: string;
  readonly trials: number;
  /** Program and arguments; `{x}` is the trial's number, from 1. */
  readonly command: readonly string[];
  /** The shortest time that the trials themselves allow, in ms. */
  readonly leastMs: number;
  /** Files of the program, of which labsweep gives each trial a copy; the others have none. */
  readonly files: number;
}

/** Trials that run at once. */
export const slots = 8;

const result = '{"score": {x}}';
const sleepSeconds = 0.2;
const sleepers = 200;

const noOps = (trials: number, files = 0): Work => ({
  name: `${trials} no-ops${files === 0 ? '' : ` of ${files} files`}`,
  trials,
  command: ['echo', result],
  leastMs: 0,
  files,
});

export const works: readonly Work[] = [
  noOps(1_000),
  noOps(5_000),
  noOps(1_000, 100),
  noOps(50, 20_000),
  {
    name: `${sleepers} x ${sleepSeconds} s`,
    trials: sleepers,
    command: ['sh', '-c', `sleep ${sleepSeconds}; echo "$0"`, result],
    leastMs: (sleepers * sleepSeconds * 1_000) / slots,
    files: 0,
  },
];

/** The argv of one trial. */
export const argvOf = ({ command }: Work, trial: number): string[] =>
  command.map((word) => word.replaceAll('{x}', String(trial)));
