import { chmodSync, existsSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab, until } from './lab.ts';
import { printsScore } from './sweeps.ts';

/**
 * A sweep of a line of shell, its parameter `x` as $0.
 *
 * @param keys further keys of the program, each a line
 */
const sweepOf = (script: string, keys: readonly string[], rest = 'grid: {x: [1, 2, 3, 4]}\n'): string =>
  [
    'program:',
    `  command: [sh, -c, ${JSON.stringify(script)}, '{x}']`,
    ...keys.map((key) => `  ${key}`),
    'objective: {metric: score, goal: maximize}',
    'resources: {cpus: 0}',
    rest,
  ].join('\n');

const runs = async (lab: Lab, sweep: string, name = 'sweep.yaml'): Promise<string> => {
  lab.write(name, sweep);
  const { code, err, out } = await lab.labsweep('run', name);
  expect(code, err).toBe(exitCode.done);
  return out;
};

/** Files below the host's folder and the state folder that hold a text. */
const holding = (lab: Lab, text: string): string[] =>
  lab.files().filter((file) => /^(host|\.labsweep)\//.test(file) && lab.read(file).includes(text));

describe.concurrent('activate', () => {
  it('makes the environment of trials, the host’s lines first; working folder and arguments stay theirs', async ({
    lab,
  }) => {
    lab.inventory(4, { activate: 'export BASE=from-host; cd /', env: { SITE: 'here' } });
    const activate = `activate: 'export FLAVOUR="$BASE and sweep"; set -- lost; export CUDA_VISIBLE_DEVICES=0; cd /tmp'`;
    const script = `echo "$FLAVOUR|$SITE|$CUDA_VISIBLE_DEVICES|$PWD" >> ${lab.path('seen')}; ${printsScore}`;
    await runs(lab, sweepOf(script, [activate]));
    const seen = lab.read('seen').trimEnd().split('\n');
    expect(seen).toHaveLength(4);
    for (const line of seen) expect(line).toMatch(/^from-host and sweep\|here\|\|.*\/runs\/[^/]+\/work$/);
  });

  it('that fails leaves the host out, with its last words', async ({ lab }) => {
    lab.write('sweep.yaml', sweepOf(printsScore, [`activate: 'echo no such module >&2; false'`]));
    const { code, err } = await lab.labsweep('run', 'sweep.yaml');
    expect(code, err).toBe(exitCode.noHost);
    expect(err).toMatch(
      /^here: the host could not be prepared: `activate` fails at line 1 \(echo no such module >&2; false\) with exit code 1: no such module \(its log there: .*\)\n {4}no such module\n/m,
    );
  });

  it('has its programs looked for where it put them', async ({ lab }) => {
    lab.write('tools/train', `#!/bin/sh\nprintf '{"score": %s}\\n' "$1"\n`);
    const sweep = (keys: readonly string[]): string =>
      sweepOf('', keys).replace(/command: .*/, `command: [sh, -c, 'train "$0"', '{x}']`);
    chmodSync(lab.path('tools/train'), 0o755);
    await runs(lab, sweep([`activate: 'PATH=${lab.path('tools')}:$PATH'`]));
  });
});

describe.concurrent('setup', () => {
  const keys = (lab: Lab): string[] => [
    'files: ./model',
    `setup: [sh, -c, 'cat source > built; echo once >> ${lab.path('count')}']`,
  ];

  it('runs once, with the files; trials find what it made, and a second sweep finds it made', async ({
    lab,
  }) => {
    lab.write('model/source', 'made of source\n');
    const script = `cat built >> ${lab.path('seen')}; ${printsScore}`;
    await runs(lab, sweepOf(script, keys(lab)), 'one.yaml');
    expect(lab.read('seen')).toBe('made of source\n'.repeat(4));
    await runs(lab, sweepOf(`cat built; ${printsScore}`, keys(lab)), 'two.yaml');
    expect(lab.read('count')).toBe('once\n');
    lab.write('model/source', 'changed\n');
    await runs(lab, sweepOf(`cat built; ${printsScore}`, keys(lab)), 'three.yaml');
    expect(lab.read('count')).toBe('once\nonce\n');
  });

  it('that fails is told with the end of its log, and starts nothing', async ({ lab }) => {
    const setup = `setup: [sh, -c, 'echo compiling; echo "no rule to make train" >&2; exit 2']`;
    lab.write('sweep.yaml', sweepOf(`touch ${lab.path('ran')}; ${printsScore}`, [setup]));
    const { code, err } = await lab.labsweep('run', 'sweep.yaml');
    expect(code, err).toBe(exitCode.noHost);
    expect(err).toMatch(
      /here: the host could not be prepared: `setup` \(sh -c .*\) ended with exit code 2: no rule to make train \(its log there: .*\)\n {4}compiling\n {4}no rule to make train\n/,
    );
    expect(existsSync(lab.path('ran'))).toBe(false);
  });
});

describe.concurrent('P9 passEnv', () => {
  const script = (lab: Lab): string => `echo "$TOKEN" >> ${lab.path('seen')}; ${printsScore}`;

  it('reaches the trials and nothing else', async ({ lab }) => {
    const secret = 'hunter2-is-not-it';
    lab.env['TOKEN'] = secret;
    await runs(lab, sweepOf(script(lab), ['passEnv: [TOKEN]']));
    expect(lab.read('seen')).toBe(`${secret}\n`.repeat(4));
    const shown = await lab.labsweep('show', '#1', '--json');
    expect(shown.out + shown.err).not.toContain(secret);
    expect(holding(lab, secret)).toEqual([]);
    expect(holding(lab, 'TOKEN').length).toBeGreaterThan(0);
  });

  it('is hidden where a trial fails with it, and plan says which values are not', {
    timeout: 120_000,
  }, async ({ lab }) => {
    const secret = 'hunter2-is-not-it';
    Object.assign(lab.env, { TOKEN: secret, MODE: 'offline', DATA: '/data/Mina/set-1' });
    const fails = `echo "$MODE $DATA"; curl-like-thing "$TOKEN"; echo "401 for $TOKEN" >&2; exit 3`;
    lab.write('sweep.yaml', sweepOf(fails, ['passEnv: [TOKEN, MODE, DATA]'], 'grid: {x: [1]}\nretries: 0\n'));
    const plan = await lab.labsweep('plan', 'sweep.yaml');
    expect(plan.out).toContain('Not hidden where a trial prints it: MODE; it is shorter than 8 characters\n');
    expect(plan.out).toContain('Not hidden where a trial prints it: DATA; it is a path\n');
    expect(plan.out).not.toContain('TOKEN');
    const told = [plan, await lab.labsweep('run', 'sweep.yaml', '--debug')];
    for (const verb of [
      ['show', 'x=1'],
      ['show', 'x=1', '--json'],
      ['logs', 'x=1'],
      ['why', 'x=1'],
    ])
      told.push(await lab.labsweep(...verb));
    const text = told.map(({ out, err }) => out + err).join('\n');
    expect(text).toContain('401 for [TOKEN]');
    expect(text).toContain('offline /data/Mina/set-1');
    expect(text).not.toContain(secret);
    expect(holding(lab, secret).filter((file) => !file.endsWith('/log'))).toEqual([]);
  });

  it('is brought again to an agent that was killed, and what waited goes on', async ({ lab }) => {
    const secret = 'hunter2-once-more';
    lab.env['TOKEN'] = secret;
    lab.inventory(1);
    const gate = lab.path('gate');
    const waits = `echo >> ${gate}.waiting; until test -e ${gate}; do sleep 0.05; done; ${script(lab)}`;
    lab.write('sweep.yaml', sweepOf(waits, ['passEnv: [TOKEN]']));
    const { ended, said } = lab.type('run', 'sweep.yaml');
    await until(
      'the first trial',
      () => lab.read('gate.waiting') !== '',
      () => said.err,
    );
    process.kill(lab.agent()?.pid ?? 0, 'SIGKILL');
    lab.write('gate', '');
    const { code, err } = await ended;
    expect(code, err).toBe(exitCode.done);
    expect(lab.read('seen')).toBe(`${secret}\n`.repeat(4));
    expect(holding(lab, secret)).toEqual([]);
  });

  it('that is not set is refused by name', async ({ lab }) => {
    lab.write('sweep.yaml', sweepOf(script(lab), ['passEnv: [TOKEN]']));
    expect(await lab.refused('run', 'sweep.yaml')).toMatch(
      /^sweep\.yaml:3:13 {2}program\.passEnv\[0\]: TOKEN is not set here: export TOKEN=… first/,
    );
  });
});

describe.concurrent('data that lies on a host already', () => {
  const keys = (lab: Lab) => `grid: {x: [1]}\ndata: {path: ${lab.path('everywhere')}, version: 1}\n`;
  const script = (lab: Lab): string => `cat "$LABSWEEP_DATA/hello" >> ${lab.path('seen')}; ${printsScore}`;

  it('is used where the inventory says it lies', async ({ lab }) => {
    lab.write('local/hello', 'from here\n');
    lab.inventory(4, { data: { [lab.path('everywhere')]: lab.path('local') } });
    await runs(lab, sweepOf(script(lab), [], keys(lab)));
    expect(lab.read('seen')).toBe('from here\n');
  });

  it('and is not there leaves the host out', async ({ lab }) => {
    lab.write('sweep.yaml', sweepOf(script(lab), [], keys(lab)));
    const { code, err } = await lab.labsweep('run', 'sweep.yaml');
    expect(code, err).toBe(exitCode.noHost);
    expect(err).toContain(
      'here: the host could not be prepared: the data set should be at LAB/everywhere on this host, and is not\n',
    );
  });
});
