/** Sweep files of the tests. */

const objective = (metric: string): string => `objective: {metric: ${metric}, goal: maximize}\n`;

/**
 * A line of shell as the program, its parameter `x` as $0.
 *
 * @param script prints a line of JSON with `score` last
 * @param rest further keys, the grid above all
 */
export const shellSweep = (script: string, rest: string): string =>
  `sweep: toy\nprogram:\n  command: [sh, -c, ${JSON.stringify(script)}, '{x}']\n` +
  `${objective('score')}resources: {cpus: 0}\n${rest}`;

export const printsScore = `printf '{"score": %s}\\n' "$0"`;

/** @param axis one line of the grid */
export const cnn1dSweep = (axis: string): string =>
  `program: cnn1d\ndata: mini\n${objective('val_accuracy')}fixed: {family: custom-k5}\ngrid:\n  ${axis}\n`;

/** Writes its `x` into the file `done` of the lab when it has come to its end, after 0.1 to 0.3 s. */
export const counts = (done: string): string =>
  `sleep 0.$(($0 % 3 + 1)); echo "$0" >> '${done}'; ${printsScore}`;

/** Says so in the file `gate`.waiting, waits for the file `gate`, then writes its `x` into the file `done`. */
export const waitsAt = (gate: string, done: string): string =>
  `echo "$0" >> '${gate}.waiting'; until test -e '${gate}'; do sleep 0.05; done; echo "$0" >> '${done}'; ${printsScore}`;
