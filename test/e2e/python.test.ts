import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab } from './lab.ts';

/** A virtual environment with pip in it: Debian has that in a package of its own. */
const makesEnvironments = spawnSync('python3', ['-c', 'import venv, ensurepip']).status === 0;
if (!makesEnvironments) process.stdout.write('python.test.ts: skipped, python3 -m venv does not work here\n');

/** Making an environment unpacks pip: seconds, and many on a busy machine. */
const patienceMs = 120_000;

/** A wheel is a zip with three text files (PEP 427). */
const makeWheel = `
import sys, zipfile
folder, version = sys.argv[1:]
info = f"toymodel-{version}.dist-info"
with zipfile.ZipFile(f"{folder}/toymodel-{version}-py3-none-any.whl", "w") as wheel:
    wheel.writestr("toymodel.py", f"version = '{version}'\\n")
    wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: toymodel\\nVersion: {version}\\n")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: by-hand\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(f"{info}/RECORD", "")
`;

const train = `
import json, sys, toymodel
with open(sys.argv[2], "a") as seen:
    print(sys.prefix, toymodel.version, file=seen)
print(json.dumps({"score": float(sys.argv[1])}))
`;

/** A lab with a training that imports a package, and the package's wheel in the folder \`wheels\`. */
function labWithWheel(lab: Lab): string {
  lab.patienceMs = patienceMs;
  lab.write('wheels/README', '');
  execFileSync('python3', ['-c', makeWheel, lab.path('wheels'), '1.0']);
  lab.write('model/train.py', train);
  lab.write('requirements.txt', '# what train.py imports\ntoymodel == 1.0\n');
  return lab.write(
    'sweep.yaml',
    [
      'program:',
      `  command: [python3, train.py, '{x}', '${lab.path('seen')}']`,
      '  files: ./model',
      '  python: requirements.txt',
      'objective: {metric: score, goal: maximize}',
      'resources: {cpus: 0}',
      'grid: {x: [1, 2, 3]}',
      '',
    ].join('\n'),
  );
}

/** What pip does, wherever it runs: no test asks the network. */
const offline = { PIP_NO_INDEX: '1', PIP_RETRIES: '0' };

const environmentsOf = (lab: Lab): string[] => lab.files().filter((file) => file.endsWith('/pyvenv.cfg'));

describe.skipIf(!makesEnvironments)(
  'python: requirements.txt',
  { concurrent: true, timeout: 3 * patienceMs },
  () => {
    it('is one environment for all trials and for the next sweep; another list is another one', async ({
      lab,
    }) => {
      labWithWheel(lab);
      lab.inventory(3, { env: { ...offline, PIP_FIND_LINKS: lab.path('wheels') } });
      const first = await lab.labsweep('run', 'sweep.yaml');
      expect(first.code, first.err).toBe(exitCode.done);
      const seen = new Set(lab.read('seen').trimEnd().split('\n'));
      expect([...seen]).toEqual([expect.stringMatching(/\/host\/.*\/python\/\w+\.\w+ 1\.0$/)]);
      expect(environmentsOf(lab)).toHaveLength(1);

      const again = await lab.labsweep('run', 'sweep.yaml', '--name', 'again', '--set', 'fixed.y=1');
      expect(again.code, again.err).toBe(exitCode.done);
      expect(environmentsOf(lab)).toHaveLength(1);

      lab.write('requirements.txt', 'toymodel >= 1.0\n');
      const other = await lab.labsweep('run', 'sweep.yaml', '--prune');
      expect(other.code, other.err).toBe(exitCode.done);
      expect(other.err).toContain('3 trials trained');
      expect(environmentsOf(lab)).toHaveLength(2);
    });

    it('is made of wheels that this machine downloads, where the host finds none', async ({ lab }) => {
      labWithWheel(lab);
      Object.assign(lab.env, { PIP_NO_INDEX: '1', PIP_FIND_LINKS: lab.path('wheels') });
      lab.inventory(3, { env: { ...offline, PIP_FIND_LINKS: '/none' } });
      const { code, err } = await lab.labsweep('run', 'sweep.yaml');
      expect(code, err).toBe(exitCode.done);
      expect(lab.read('seen')).toContain(' 1.0\n');
    });

    it('that nobody can install leaves the host out, with pip’s own words', async ({ lab }) => {
      labWithWheel(lab);
      lab.write('requirements.txt', 'toymodel == 2.0\n');
      Object.assign(lab.env, offline);
      const { code, err } = await lab.labsweep('run', 'sweep.yaml');
      expect(code, err).toBe(exitCode.noHost);
      expect(err).toMatch(
        /here: the host could not be prepared: `pip install` ended with exit code 1: ERROR: No matching distribution found for toymodel==2\.0.*; nor did wheels from here help: ERROR: No matching distribution found/,
      );
      expect(environmentsOf(lab)).toEqual([]);
    });

    it('is behind what is activated', async ({ lab }) => {
      labWithWheel(lab);
      lab.inventory(3, {
        env: { ...offline, PIP_FIND_LINKS: lab.path('wheels') },
        activate: 'PATH=/usr/bin:/bin:$PATH',
      });
      const { code, err } = await lab.labsweep('run', 'sweep.yaml');
      expect(code, err).toBe(exitCode.done);
      expect(lab.read('seen')).toMatch(/\/host\/.*\/python\//);
    });
  },
);

describe('P8 a requirements file that hosts cannot read is refused', () => {
  it.for([
    ['-r other.txt', '-r names another file, which hosts do not have'],
    ['-e .', '-e names another file, which hosts do not have'],
    ['./wheels/a.whl', 'is a path of this machine; hosts install packages by their names'],
    ['toy @ file:///wheels/toy', 'is a path of this machine'],
    ['--index-url https://ada:secret@pypi.example/simple', 'has a password in it'],
  ] as const)('%s', async ([line, said], { lab }) => {
    labWithWheel(lab);
    lab.write('requirements.txt', `numpy\n${line}\n`);
    const err = await lab.refused('run', 'sweep.yaml');
    expect(err).toContain(`sweep.yaml:4:11  program.python: requirements.txt:2: ${said}`);
    expect(err).not.toContain('secret');
  });

  it('and one that is not there', async ({ lab }) => {
    labWithWheel(lab);
    const err = await lab.refused('run', 'sweep.yaml', '--set', 'program.python=none.txt');
    expect(err).toContain('there is no file none.txt');
  });
});
