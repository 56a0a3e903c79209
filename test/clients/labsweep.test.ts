import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const client = join(import.meta.dirname, '../../clients/python');
const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) process.stdout.write('labsweep.test.ts: skipped, there is no python3 here\n');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'labsweep-client-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program that imports the client, with these variables. @returns what it printed */
function python(program: string, variables: Readonly<Record<string, string>> = {}): string {
  const { stdout, stderr, status } = spawnSync('python3', ['-c', `import labsweep\n${program}`], {
    cwd: folder,
    env: { PATH: process.env['PATH'], PYTHONPATH: client, PYTHONDONTWRITEBYTECODE: '1', ...variables },
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  return stdout;
}

const below = (name: string): string => join(folder, name);

describe.skipIf(!hasPython)('clients/python/labsweep.py', () => {
  it('reads the trial’s parameters over the defaults, and its seed', () => {
    writeFileSync(below('params.json'), '{"layers": 5}');
    const variables = { LABSWEEP_PARAMS: below('params.json'), LABSWEEP_SEED: '7' };
    const program = 'print(labsweep.params(layers=3, dropout=0.5), labsweep.seed())';
    expect(python(program, variables)).toBe("{'layers': 5, 'dropout': 0.5} 7\n");
  });

  it('appends reports and the result, numbers of NumPy and PyTorch among them', () => {
    const program = [
      'class Scalar:',
      '    def item(self): return 0.5',
      'labsweep.report(step=1, val_accuracy=Scalar())',
      'labsweep.final(val_accuracy=0.75)',
    ].join('\n');
    expect(python(program, { LABSWEEP_REPORT: below('report') })).toBe('');
    expect(readFileSync(below('report'), 'utf8')).toBe(
      '{"step": 1, "val_accuracy": 0.5}\n{"final": true, "val_accuracy": 0.75}\n',
    );
  });

  it('makes the folders of checkpoints and artifacts', () => {
    const program =
      'print(labsweep.checkpoint_folder(), labsweep.artifacts_folder(), labsweep.data_folder())';
    const variables = {
      LABSWEEP_CHECKPOINT: below('c/d'),
      LABSWEEP_ARTIFACTS: below('a'),
      LABSWEEP_DATA: '/data',
    };
    expect(python(program, variables)).toBe(`${below('c/d')} ${below('a')} /data\n`);
    expect(existsSync(below('c/d'))).toBe(true);
  });

  it('without labsweep prints what is reported, and works where it is', () => {
    const program = [
      'print(labsweep.params(layers=3), labsweep.seed(), labsweep.data_folder())',
      'labsweep.report(loss=1)',
      'labsweep.artifacts_folder()',
    ].join('\n');
    expect(python(program)).toBe('{\'layers\': 3} 1 None\n{"loss": 1}\n');
    expect(existsSync(below('artifacts'))).toBe(true);
  });

  it('says what is no metric', () => {
    const program = 'try: labsweep.report(loss=object())\nexcept TypeError as error: print(error)';
    expect(python(program)).toBe('object is no metric: report a number, a word, or true or false\n');
  });
});
