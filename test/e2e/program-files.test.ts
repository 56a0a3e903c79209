/** Which files are the program: `files: .` in a folder where labsweep's own files lie beside it. */
import { cpSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab } from './lab.ts';

const before = join(import.meta.dirname, '../fixtures/files-of-before');

const train = `echo "$1" >> "$DONE"; printf '{"score": %s}\\n' "$1"\n`;
const sweepOf = (grid: string, rest = ''): string =>
  `sweep: toy\nprogram: {command: [sh, train.sh, "{x}"], files: .}\n` +
  `objective: {metric: score, goal: maximize}\nresources: {cpus: 0}\ngrid: {x: ${grid}}\n${rest}`;

/** In their order of value: trials that run at once end in any order. */
const trained = (lab: Lab): string[] =>
  lab
    .read('done')
    .split('\n')
    .filter((line) => line !== '')
    .toSorted();

/** The person stands in the folder of the program, in which all that labsweep keeps lies as well. */
function inProject(lab: Lab): void {
  lab.env['DONE'] = lab.path('done');
  lab.write('project/train.sh', train);
  const limits = { slots: 4, load: 1_000, hostMemory: '100 MB', disk: '1 MB' };
  const hosts = [{ name: 'here', transport: 'local', folder: lab.path('project/agent/host'), limits }];
  lab.write('project/inventory.json', JSON.stringify({ hosts }));
  lab.cwd = lab.path('project');
}

/** Types a command whose standard output goes to a file. */
async function into(lab: Lab, file: string, ...args: readonly string[]): Promise<string> {
  const { code, err } = await lab.typeInto(openSync(lab.path(file), 'a'), ...args).ended;
  expect(code, err).toBe(exitCode.done);
  return err;
}

describe('P3 labsweep’s own files beside a program', { timeout: 90_000 }, () => {
  it('are neither counted nor sent: an edit of one changes no trial', async ({ lab }) => {
    inProject(lab);
    lab.write('project/sweep.yaml', sweepOf('[1, 2]'));
    lab.write('project/state-of-mine/.keep', '');
    const run = (...more: string[]): Promise<string> =>
      into(lab, 'project/run.log', 'run', 'sweep.yaml', '--state', 'state-of-mine', ...more);
    await run();
    const tee = 'labsweep run sweep.yaml --state state-of-mine 2>&1 | tee tee.log';
    expect((await lab.typeInShell(tee).ended).out).toContain('0 trials trained');
    expect((await lab.typeInShell(tee).ended).out).toContain('0 trials trained');
    lab.write('project/base.yaml', 'fixed: {y: 1}\n');
    lab.write(
      'project/sub/next.yaml',
      sweepOf('[7]').replace('files: .', 'files: ..').replace('toy', 'next'),
    );
    lab.write(
      'project/half.yaml',
      'extends: base.yaml\nprogram: {command: [sh], files: .}\ngrid: {x: [1,\n  2]}\n',
    );
    lab.write('project/sweep.yaml~', sweepOf('[1]'));
    lab.write('project/inventory.json', `// edited\n${lab.read('project/inventory.json')}`);
    lab.write('project/sweep.yaml', sweepOf('[1, 2, 3]'));
    expect(await run()).toContain('1 trial trained in …, 2 taken from before.');
    const plan = await lab.labsweep('plan', 'sweep.yaml', '--state', 'state-of-mine');
    expect(plan.out).toContain('3 of them done');
    const besides = /^No part of the program: (.*)$/m.exec(plan.out)?.[1]?.split(', ').toSorted();
    expect(besides).toEqual([
      'agent/host (folder of an agent)',
      'base.yaml (sweep file)',
      'half.yaml (sweep file)',
      'inventory.json (inventory)',
      'run.log (output of labsweep)',
      'state-of-mine (state folder)',
      'sub/next.yaml (sweep file)',
      'sweep.yaml (sweep file)',
      'tee.log (output of labsweep)',
    ]);
    expect(trained(lab)).toEqual(['1', '2', '3']);
  });

  it('are also what other commands print, what is behind two pipes or a recorded terminal, and what is half written', async ({
    lab,
  }) => {
    inProject(lab);
    lab.write('project/sweep.yaml', sweepOf('[1, 2]'));
    await lab.labsweep('run', 'sweep.yaml');
    await into(lab, 'project/plan.json', 'plan', 'sweep.yaml', '--json');
    await into(lab, 'project/table.txt', 'leaderboard');
    await lab.labsweep('ledger', 'backup', 'copy.db');
    const typed = (line: string): Promise<unknown> => lab.typeInShell(line).ended;
    await typed('labsweep list | grep -v xyz | cat > list.txt');
    await typed('labsweep run sweep.yaml 2>&1 | grep -v xyz | tee pipes.log');
    const labsweep = join(import.meta.dirname, '../../bin/labsweep.js');
    await typed(`script -qc "'${process.execPath}' '${labsweep}' run sweep.yaml" typescript </dev/null`);
    lab.write('project/inventory.json.bak', lab.read('project/inventory.json'));
    lab.write('project/next.yaml', sweepOf('[1, 2').replace('toy', 'next'));
    const plan = await lab.labsweep('plan', 'sweep.yaml');
    expect(plan.out, plan.err).toContain('2 of them done');
    const besides = /^No part of the program: (.*)$/m.exec(plan.out)?.[1]?.split(', ').toSorted();
    expect(besides).toEqual([
      'agent/host (folder of an agent)',
      'copy.db (ledger)',
      'inventory.json (inventory)',
      'inventory.json.bak (inventory)',
      'list.txt (printed by labsweep)',
      'next.yaml (sweep file)',
      'pipes.log (output of labsweep)',
      'plan.json (printed by labsweep)',
      'sweep.yaml (sweep file)',
      'table.txt (printed by labsweep)',
      'typescript (output of labsweep)',
    ]);
    // What the program reads in turn is its own, and counts.
    lab.write('project/train.sh', `${train}cat table.txt\n`);
    expect(await lab.refused('run', 'sweep.yaml')).toContain('; changed: train.sh; added: table.txt.\n');
  });

  it('are the program’s where it names them, or where they are of another kind', async ({ lab }) => {
    inProject(lab);
    const reads = `test -e config.yaml -a -e hosts/inventory.json -a -e sweep.yaml && printf '{"score": 1}\\n'\n`;
    lab.write('project/train.sh', reads);
    lab.write('project/config.yaml', 'program: {command: train, files: .}\nhosts: 3\n');
    lab.write('project/other.yaml', sweepOf('[1]').replace('files: .', 'files: ./sub'));
    lab.write('project/hosts/inventory.json', '{"apples": 3}');
    lab.write('project/sweep.yaml', sweepOf('[1]').replace('"{x}"', '"{x}", sweep.yaml'));
    const run = await lab.labsweep('run', 'sweep.yaml');
    expect(run, run.err).toMatchObject({ code: exitCode.done });
    lab.write('project/other.yaml', sweepOf('[2]').replace('files: .', 'files: ./sub'));
    expect(await lab.refused('run', 'sweep.yaml')).toContain('; changed: other.yaml.\n');
  });

  it('that older ledgers counted make no other trial, in this sweep or in another', async ({ lab }) => {
    cpSync(before, lab.path('project'), { recursive: true });
    cpSync(lab.path('project/state'), lab.path('project/.labsweep'), { recursive: true });
    lab.remove('project/state');
    inProject(lab);
    lab.write('project/sweep.yaml', sweepOf('[1, 2, 3]'));
    const run = await lab.labsweep('run', 'sweep.yaml');
    expect(run.err).toContain('1 trial trained in …, 2 taken from before.');
    lab.write('project/more.yaml', 'extends: sweep.yaml\nsweep: more\ngrid: {x: [2, 3]}\n');
    expect((await lab.labsweep('run', 'more.yaml')).err).toContain(
      '0 trials trained in …, 2 taken from before.',
    );
    expect(trained(lab)).toEqual(['3']);
    expect(await lab.labsweep('ledger', 'verify')).toMatchObject({ code: exitCode.done });
  });
});

describe('P3 program files that changed', { timeout: 90_000 }, () => {
  it('are named, and .labsweepignore or --keep settles it', async ({ lab }) => {
    inProject(lab);
    lab.write('project/lib/a.sh', '');
    lab.write('project/sweep.yaml', sweepOf('[1, 2]'));
    await lab.labsweep('run', 'sweep.yaml');
    for (const name of ['notes.txt', 'plot.png', 'table.csv', 'thesis.tex']) lab.write(`project/${name}`, '');
    const added = await lab.refused('run', 'sweep.yaml');
    expect(added).toMatch(
      /^the files of sh train\.sh changed since 2 results of sweep toy \(\w{8} → \w{8}\); added: notes\.txt, plot\.png, table\.csv and 1 more file\.\n/,
    );
    lab.write('project/.labsweepignore', '*.txt\n*.png\n*.csv\n*.tex\n');
    expect((await lab.labsweep('plan', 'sweep.yaml')).out).toContain('2 of them done');
    lab.write('project/train.sh', `${train}# better\n`);
    lab.remove('project/lib');
    expect(await lab.refused('run', 'sweep.yaml')).toContain('; changed: train.sh; removed: lib/a.sh.\n');
    expect((await lab.labsweep('run', 'sweep.yaml', '--keep')).code).toBe(exitCode.done);
    // Decided, as long as the files stay so.
    lab.write('project/sweep.yaml', sweepOf('[1, 2, 3]'));
    expect((await lab.labsweep('run', 'sweep.yaml')).err).toContain(
      '1 trial trained in …, 2 taken from before.',
    );
    expect(trained(lab)).toEqual(['1', '2', '3']);
  });
});

describe('a program’s files on a host, to which somebody writes while a sweep runs', () => {
  it.for([
    ['a file', 'chmod u+w "$0"/*/table && echo 7 >> "$0"/*/table'],
    ['all of them', 'chmod -R u+w "$0"/*/ && rm -rf "$0"/*/'],
  ] as const)(
    'come again, and every trial has them as they were: %s',
    { timeout: 90_000 },
    async ([, damage], { lab }) => {
      inProject(lab);
      lab.write('project/table', '1\n');
      lab.write(
        'project/train.sh',
        `[ "$1" != 2 ] || sh -c '${damage}' '${lab.path('project/agent/host/content')}'\n` +
          `printf '{"score": %s}\\n' "$(cat table)"\n`,
      );
      lab.write('project/sweep.yaml', sweepOf('{from: 1, to: 12}', 'retries: 0\nconcurrent: 12\n'));
      const { code, out, err } = await lab.type('run', 'sweep.yaml', '--json').ended;
      expect(code, err).toBe(exitCode.done);
      expect(JSON.parse(out.trim().split('\n').at(-1) ?? '')).toMatchObject({ succeeded: 12, failed: 0 });
      const board = await lab.type('leaderboard', '--json').ended;
      expect(board.out.match(/"mean":\s*1\b/g)).toHaveLength(12);
    },
  );
});
