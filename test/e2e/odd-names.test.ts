import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it } from './lab.ts';

const names = [
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'then',
  'length',
  '__defineGetter__',
];

/** Every odd name is a parameter, a variable, a metric and, the first of them, the objective. */
const sweepOf = (objective: string): string => `sweep: odd
program:
  command: [sh, -c, 'printf "{\\"__proto__\\": %s, \\"0\\": 1, \\"10\\": 2, \\"constructor\\": %s, \\"toString\\": 4, \\"then\\": 5}\\n" "$0" "$0"; cat "$LABSWEEP_PARAMS" >&2; env | grep __proto__= >&2', '{__proto__}', '{args}']
  env: {__proto__: seen, constructor: 2}
objective: {metric: ${objective}, goal: maximize}
resources: {cpus: 0}
fixed: {${names
  .slice(2)
  .map((name) => `${name}: 7`)
  .join(', ')}}
grid:
  __proto__: [1, 2, 3]
  case:
    constructor: {constructor: 1}
    __proto__: {constructor: 2}
`;

describe('names that every object seems to have', () => {
  for (const objective of ['constructor', '__proto__'])
    it(`${objective} is a metric, a parameter and a case like any other, from the file to a merge`, async ({
      lab,
    }) => {
      lab.write('odd.yaml', sweepOf(objective));
      const plan = JSON.parse((await lab.labsweep('plan', 'odd.yaml', '--json')).out);
      expect(plan.trials).toHaveLength(6);
      for (const { params } of plan.trials) expect(Object.keys(params).toSorted()).toEqual(names.toSorted());
      const run = await lab.labsweep('run', 'odd.yaml');
      expect(run.code, run.err).toBe(exitCode.done);
      for (const folder of ['.labsweep', 'meeting']) {
        if (folder === 'meeting') {
          await lab.labsweep('ledger', 'backup', 'copy.db');
          expect(await lab.labsweep('merge', 'copy.db', '--state', folder)).toMatchObject({
            code: exitCode.done,
          });
        }
        const told = await lab.labsweep('leaderboard', 'odd', '--json', '--state', folder);
        const { rows } = JSON.parse(told.out);
        const ranked = rows.map(
          ({ metrics }: { metrics: object }) =>
            Object.entries(metrics).find(([metric]) => metric === objective)?.[1].mean,
        );
        expect(ranked).toEqual([3, 3, 2, 2, 1, 1]);
        expect((await lab.labsweep('leaderboard', 'odd', '--state', folder)).code).toBe(exitCode.done);
        expect(await lab.labsweep('ledger', 'verify', '--state', folder)).toMatchObject({
          code: exitCode.done,
        });
        expect((await lab.labsweep('list', '--state', folder)).code).toBe(exitCode.done);
        const shown = await lab.labsweep('show', '#1', '--json', '--state', folder);
        expect(shown.code, shown.err).toBe(exitCode.done);
        expect(Object.keys(JSON.parse(shown.out).params).toSorted()).toEqual(names.toSorted());
      }
      // What was trained is not trained again: each name is in the identity.
      expect((await lab.labsweep('run', 'odd.yaml')).err).toContain('6 taken from before');
    }, 180_000);
});
