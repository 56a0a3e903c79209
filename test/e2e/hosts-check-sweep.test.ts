import { chmodSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab } from './lab.ts';

/** A training that needs a package that no machine has, one that every Python has, and a file of its own. */
const train = `import json
from model import build

def late():
    import never_needed_either
try:
    import never_missed
except ImportError:
    never_missed = None

if __name__ == "__main__":
    open("/tmp/never", "w")
`;
const model = 'import os.path\nfrom . import parts\n';

const sweep = (keys: readonly string[], rest = '', command = "[python3, train.py, '{args}']"): string =>
  [
    'sweep: toy',
    'program:',
    `  command: ${command}`,
    '  files: ./model',
    ...keys.map((key) => `  ${key}`),
    'objective: {metric: score, goal: maximize}',
    'grid: {x: [1, 2]}',
    `resources: {cpus: 1, gpus: 0}`,
    rest,
  ].join('\n');

function labWith(lab: Lab, files: Readonly<Record<string, string>>, text: string): void {
  for (const [name, content] of Object.entries(files)) lab.write(`model/${name}`, content);
  lab.write('sweep.yaml', text);
}

const check = async (lab: Lab): Promise<{ code: unknown; lines: string[] }> => {
  const { code, out, err } = await lab.labsweep('hosts', 'check', '--sweep', 'sweep.yaml');
  expect(err).toBe('Checking 1 host for toy …\n');
  const lines = out.trimEnd().split('\n');
  return { code, lines: lines.slice(lines.indexOf('  toy') + 1) };
};

describe.concurrent('hosts check --sweep', () => {
  it('says that all is there, starts nothing and declares nothing', async ({ lab }) => {
    const ran = `open(${JSON.stringify(lab.path('ran'))}, "w")\n`;
    labWith(lab, { 'train.py': `import json\nimport helper\n${ran}`, 'helper.py': ran }, sweep([]));
    const { code, lines } = await check(lab);
    expect(lines).toEqual([
      expect.stringMatching(/^ {4}python3 is \/.*python3[\d.]*, Python 3\.\d+\.\d+$/),
      '    2 points fit the host when it is idle',
    ]);
    expect(code).toBe(exitCode.done);
    expect(lab.read('ran')).toBe('');
    expect(lab.files().filter((file) => /^\.labsweep|\/runs\/.|\/check-|^tmp\/./.test(file))).toEqual([]);
    expect(lab.processes().filter(({ isAgent }) => !isAgent)).toEqual([]);
  });

  it('names what an import misses, with its place and remedy, whichever file of the program it is in', async ({
    lab,
  }) => {
    const files = { 'train.py': train, 'model/__init__.py': model, 'model/parts.py': 'import never_there\n' };
    labWith(lab, files, sweep([]));
    const { code, lines } = await check(lab);
    expect(code).toBe(exitCode.failedInPart);
    expect(lines.slice(1, -1)).toEqual([
      "  x model/parts.py:1 imports never_there: ModuleNotFoundError: No module named 'never_there'; " +
        'install it where the program finds it, or list it in a file that `python` names',
      expect.stringMatching(
        /^ {2}! train\.py:5 imports never_needed_either, where that is needed: ModuleNotFoundError/,
      ),
    ]);
  });

  it('tells a file that the interpreter does not understand, and one that is not there', async ({ lab }) => {
    labWith(lab, { 'train.py': 'x = 1\nprint "hello"\n' }, sweep([]));
    expect((await check(lab)).lines).toContainEqual(
      expect.stringMatching(/^ {2}x train\.py line 2: Missing parentheses.* \(Python 3\./),
    );
    // What `activate` brings along is seen on the host alone.
    labWith(lab, {}, sweep(['activate: "true"'], '', "[python3, trian.py, '{args}']"));
    expect((await check(lab)).lines).toContain("  x trian.py is not among the program's files");
  });

  it('tries `activate`, and shows what it printed where it fails', async ({ lab }) => {
    const keys = [`activate: 'echo modules of cedar; echo no such module >&2; false'`];
    labWith(lab, { 'train.py': train }, sweep(keys));
    const { code, lines } = await check(lab);
    expect(code).toBe(exitCode.failedInPart);
    expect(lines.slice(0, 3)).toEqual([
      expect.stringMatching(
        /^ {2}x `activate` fails at line 1 \(.*; false\) with exit code 1: no such module \(its log there: .*\); mend it in the sweep/,
      ),
      '        modules of cedar',
      '        no such module',
    ]);
  });

  it('finds programs and interpreters behind `activate`', async ({ lab }) => {
    lab.write('tools/python3', '#!/bin/sh\nexec /usr/bin/python3 "$@"\n');
    lab.write('tools/trainer', '#!/bin/sh\n');
    chmodSync(lab.path('tools/trainer'), 0o755);
    const keys = [`activate: 'PATH=${lab.path('tools')}:$PATH'`];
    labWith(lab, {}, sweep(keys, '', "[trainer, '{args}']").replace('  files: ./model\n', ''));
    expect((await check(lab)).lines).toEqual([
      '    `activate` works',
      '    trainer is LAB/tools/trainer',
      '    2 points fit the host when it is idle',
    ]);
  });

  it('names a program that is missing, and one that is meant to be a file of its own', async ({ lab }) => {
    labWith(lab, { 'start.sh': '#!/bin/sh\n' }, sweep([], '', "[no-such-trainer, '{args}']"));
    expect((await check(lab)).lines[0]).toMatch(
      /^ {2}x there is no program no-such-trainer on this host; its PATH is \/\S+, \/\S+( and \d+ more)?; install it there, or say in `activate` what brings it$/,
    );
    chmodSync(lab.path('model/start.sh'), 0o755);
    lab.write('sweep.yaml', sweep([], '', "[start.sh, '{args}']"));
    expect((await check(lab)).lines[0]).toContain(
      "there is no program start.sh on this host; the one among the program's own files is named ./start.sh",
    );
  });

  it('says what the first run makes, and makes none of it', async ({ lab }) => {
    lab.write('requirements.txt', '# what it needs\nnumpy >= 1.0\npandas\n');
    const keys = ['python: requirements.txt', `setup: [sh, -c, 'touch ${lab.path('set-up')}']`];
    labWith(lab, { 'train.py': train }, sweep(keys));
    const { code, lines } = await check(lab);
    expect(code).toBe(exitCode.done);
    expect(lines).toContain(
      '  ! the first run makes a Python environment of requirements.txt (2 packages); what the program imports can be seen after that',
    );
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}! the first run does `setup` \(sh -c touch /));
    expect(lab.files().filter((file) => /pyvenv\.cfg$|^set-up/.test(file))).toEqual([]);
  });

  it('looks for data that lies there, and for what resources ask', async ({ lab }) => {
    const rest = `data: {path: ${lab.path('everywhere')}, version: 1}\n`;
    labWith(lab, { 'train.py': '' }, sweep([], rest).replace('cpus: 1, gpus: 0', 'cpus: 900, gpus: 1'));
    const { code, lines } = await check(lab);
    expect(code).toBe(exitCode.failedInPart);
    expect(lines).toEqual([
      '  x the data set should be at LAB/everywhere on this host, and is not; ' +
        'bring it there, or say in inventory.json where it lies: "data": {"LAB/everywhere": "/…"}',
      expect.stringMatching(/^ {4}python3 is /),
      '  x no point fits: needs a GPU, and the host has none; ask for less in `resources`, or leave it to other hosts',
      expect.stringMatching(/^ {2}! asks for 900 cores of \d+: such a trial runs there alone$/),
    ]);
    lab.write('local/hello', '');
    // Of a sweep elsewhere it is the inventory there that counts.
    lab.write('other/model/train.py', '');
    lab.write('other/sweep.yaml', lab.read('sweep.yaml'));
    lab.write('other/inventory.json', '{"hosts": [{"name": "ash", "off": "PSU broken"}]}');
    expect((await lab.labsweep('hosts', 'check', '--sweep', 'other/sweep.yaml')).out).toBe(
      'ash\n  ! off: PSU broken\n',
    );
    lab.inventory(4, { data: { [lab.path('everywhere')]: lab.path('local') } });
    expect((await check(lab)).lines[0]).toBe('    data at LAB/local');
  });

  it('leaves a host without the label alone, and refuses what `run` would', async ({ lab }) => {
    labWith(lab, { 'train.py': '' }, sweep([], 'hosts: cuda12\n'));
    expect(await check(lab)).toEqual({
      code: exitCode.done,
      lines: ['  ! is not run here: the host lacks cuda12'],
    });
    expect(await lab.refused('hosts', 'check', '--sweep', 'none.yaml')).toContain('there is no such file');
    lab.write('sweep.yaml', sweep(['passEnv: [TOKEN]']));
    expect(await lab.refused('hosts', 'check', '--sweep', 'sweep.yaml')).toContain('TOKEN is not set here');
  });

  it('gives scripts what the agent answered', async ({ lab }) => {
    labWith(lab, { 'train.py': 'import never_there\n' }, sweep([]));
    const { out } = await lab.labsweep('hosts', 'check', '--sweep', 'sweep.yaml', '--json');
    const [host] = JSON.parse(out);
    expect(host).toMatchObject({ host: 'here', entered: true, sweep: { sweep: 'toy' } });
    expect(host.sweep.checks).toContainEqual({
      kind: 'import',
      module: 'never_there',
      where: 'train.py:1',
      certain: true,
      problem: "ModuleNotFoundError: No module named 'never_there'",
    });
  });
});
