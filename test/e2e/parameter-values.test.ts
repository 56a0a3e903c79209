import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab } from './lab.ts';

/** Prints what it was given: its arguments, and the text of the file with its parameters. */
const program = `import json, os, sys
given = json.load(open(os.environ["LABSWEEP_PARAMS"]))
print(sys.argv[1:], open(os.environ["LABSWEEP_PARAMS"]).read(), file=sys.stderr)
print(json.dumps({"score": len(given["layers"] or []), "exact": given["big"] % 10}))
`;
const sweep = `sweep: values
program:
  command: [python3, train.py, "{args}", "--of={params.data}", "--seed", "{seed}"]
  files: ./program
  argStyle: kebab
objective: {metric: score, goal: maximize}
resources: {cpus: 0}
fixed: {data: here, weightDecay: -1e-7}
grid:
  layers: [[30], [60, 60], null]
  big: [9007199254740992, 9007199254740993]
  optimizer: [{name: sgd, momentum: [0.9, null]}]
`;

const out = async (lab: Lab, ...words: string[]): Promise<string> => {
  const told = await lab.labsweep(...words);
  expect(told.code, told.err).toBe(exitCode.done);
  return told.out;
};

describe('null, lists, mappings and large whole numbers', { timeout: 120_000 }, () => {
  it('reach the program, the tables and JSON as they were written', async ({ lab }) => {
    lab.write('program/train.py', program);
    lab.write('values.yaml', sweep);
    const plan = await out(lab, 'plan', 'values.yaml', '--json');
    expect(plan).toContain(
      '"layers":[60,60],"big":9007199254740993,"optimizer":{"name":"sgd","momentum":[0.9,null]}',
    );
    expect(plan).not.toContain('$integer');
    expect(await out(lab, 'plan', 'values.yaml')).toMatch(/\[60,60\] +9007199254740993/);

    await out(lab, 'run', 'values.yaml');
    const log = await lab.labsweep('logs', 'layers=[60, 60],big=9007199254740993');
    expect(log.out + log.err).toContain(
      "['--weight-decay=-1e-7', '--layers', '[60,60]', '--big', '9007199254740993', " +
        `'--optimizer', '{"name":"sgd","momentum":[0.9,null]}', '--of=here', '--seed', '1'] ` +
        '{"data":"here","weightDecay":-1e-7,"layers":[60,60],"big":9007199254740993,'.replace(
          '-1e-07',
          '-1e-7',
        ),
    );

    const board = await out(lab, 'leaderboard', '--json');
    expect(board).toContain('"big":9007199254740993');
    expect(await out(lab, 'leaderboard')).toMatch(/null +9007199254740993/);
    for (const verb of ['list', 'show'])
      expect(
        await out(lab, verb, ...(verb === 'show' ? ['layers=null,big=9007199254740993'] : []), '--json'),
      ).toContain('"layers":null,"big":9007199254740993');
    expect(await out(lab, 'show', 'layers=[30],big=9007199254740992')).toContain(
      'layers=[30] big=9007199254740992',
    );
    // The last digit tells the two numbers apart, in the program too.
    const { rows } = JSON.parse(board);
    const exact = rows.map(({ metrics }: { metrics: { exact: { mean: number } } }) => metrics.exact.mean);
    expect(exact.toSorted()).toEqual([2, 2, 2, 3, 3, 3]);

    // Each value is in the identity: nothing is trained again, also where names stand in another order.
    lab.write(
      'values.yaml',
      sweep.replace('{name: sgd, momentum: [0.9, null]}', '{momentum: [0.9, null], name: sgd}'),
    );
    expect((await lab.labsweep('run', 'values.yaml')).err).toContain('6 taken from before');
    expect(await lab.labsweep('ledger', 'verify')).toMatchObject({ code: exitCode.done });
  });
});
