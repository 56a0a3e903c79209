import { readFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it } from '../e2e/lab.ts';

const program = (name: string): string =>
  readFileSync(new URL(`../fixtures/found/${name}`, import.meta.url), 'utf8');

const sweepOf = (name: string, booleans: string): string => `sweep: ${name}-${booleans || 'unsaid'}
program:
  command: [python3, ${name}.py, "{args}"]
  files: ./program
  ${booleans === '' ? '' : `booleans: ${booleans}`}
objective: {metric: score, goal: maximize}
resources: {cpus: 0}
retries: 0
grid: {normalize: [true, false]}
`;

/** The programs score 0.9 with the switch on and 0.5 without it; left out, it is on. */
describe('a switch that is on unless told otherwise', { timeout: 90_000 }, () => {
  it.for([
    ['flag_pair', 'pair'],
    ['flag_value', 'value'],
  ] as const)('%s trains both points by `booleans: %s`', async ([name, booleans], { lab }) => {
    lab.write(`program/${name}.py`, program(`${name}.py`));
    lab.write('unsaid.yaml', sweepOf(name, ''));
    const refused = await lab.refused('run', 'unsaid.yaml');
    expect(refused).toContain('`booleans: pair` (--normalize for true, --no-normalize for false)');
    expect(refused).toContain('`booleans: value` (--normalize true for true, --normalize false for false)');

    lab.write('sweep.yaml', sweepOf(name, booleans));
    const run = await lab.labsweep('run', 'sweep.yaml');
    expect(run.code, run.err).toBe(exitCode.done);
    const { rows } = JSON.parse((await lab.labsweep('leaderboard', '--json')).out);
    const scores = rows.map(
      ({ params, metrics }: { params: object; metrics: { score: { mean: number } } }) => [
        params,
        metrics.score.mean,
      ],
    );
    expect(scores).toEqual([
      [{ normalize: true }, 0.9],
      [{ normalize: false }, 0.5],
    ]);

    // The wrong way is no figure, but a failure that says what the program said.
    const wrong = booleans === 'pair' ? 'value' : 'pair';
    lab.write('wrong.yaml', sweepOf(name, wrong));
    const failed = await lab.labsweep('run', 'wrong.yaml');
    expect(failed.code).toBe(exitCode.failedInPart);
    expect(failed.err).toContain('error: ');
  });
});
