import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHostFolder } from '../../../src/worker/spool/host-folder.ts';
import { checkImports } from '../../../src/worker/preparation/imports.ts';
import type { Place } from '../../../src/worker/preparation/place.ts';
import type { PythonTarget } from '../../../src/model/command/python-target.ts';
import { Steps } from '../../../src/worker/preparation/step.ts';

const hasPython = spawnSync('python3', ['-c', 'import ast']).status === 0;
if (!hasPython) process.stdout.write('imports.test.ts: skipped, there is no python3\n');

describe.skipIf(!hasPython)('what a Python program imports', () => {
  let folder: string;
  let place: Place;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'labsweep-imports-'));
    place = {
      host: openHostFolder(join(folder, 'host'), 'cedar'),
      steps: new Steps(
        (text) => text,
        () => 0o022,
      ),
      own: { values: {}, missing: [] },
      environment: { PATH: process.env['PATH'] ?? '', PYTHONPATH: join(folder, 'site') },
      buildMs: 10_000,
      tell: () => {},
    };
  });
  afterEach(() => {
    place.steps.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  const check = (runs: NonNullable<PythonTarget['runs']>) =>
    checkImports(place, ['python3'], runs, join(folder, 'model'), join(folder, 'log'));
  const script = { kind: 'script', name: 'train.py' } as const;
  /** Of what is told: the module, its place, whether it is certain, and the first words of its problem. */
  const told = async (runs: NonNullable<PythonTarget['runs']> = script): Promise<unknown[]> =>
    (await check(runs)).map((one) =>
      one.kind === 'import'
        ? [one.module, one.where, one.certain, one.problem?.split(':')[0] ?? null]
        : [one.path, one.problem],
    );

  it('is followed through its own files, wherever they lie, and no further', async () => {
    write('model/src/train.py', 'import os, nets.deep\nfrom helper import *\nopen("ran", "w")\n');
    write('model/src/nets/__init__.py', 'from . import base\nfrom .sub import one\n');
    write('model/src/nets/base.py', 'import missing_a\n');
    write('model/src/nets/sub/one.py', 'from ..base import thing\nfrom .forgotten import all\n');
    write('model/src/nets/deep.py', 'from .base import thing\nfrom site_a import there, not_there\n');
    write('model/src/helper.py', 'import site_a.part\n');
    write('model/src/unused.py', 'import missing_b\n');
    write('site/site_a/__init__.py', 'there = 1\nprint("noise")\n');
    write('site/site_a/part.py', '');
    expect(await told({ kind: 'script', name: 'src/train.py' })).toEqual([
      ['nets/sub/one.py', "line 2: .forgotten is not among the program's files"],
      ['missing_a', 'nets/base.py:1', true, 'ModuleNotFoundError'],
      ['site_a', 'nets/deep.py:2', true, 'cannot import name not_there'],
      ['site_a.part', 'helper.py:1', true, null],
    ]);
  });

  it('is certain only where nothing decides about it', async () => {
    const lines = [
      'if True:\n    import missing_branch',
      'def late():\n    import missing_late',
      'try:\n    import missing_caught\nexcept ImportError:\n    import missing_instead',
      'try:\n    import missing_uncaught\nfinally:\n    pass',
      'from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import missing_types',
      'if __name__ == "__main__":\n    import missing_main',
    ];
    write('model/train.py', `${lines.join('\n')}\n`);
    expect(await told()).toEqual([
      ['missing_uncaught', 'train.py:10', true, 'ModuleNotFoundError'],
      ['missing_main', 'train.py:17', true, 'ModuleNotFoundError'],
      ['missing_branch', 'train.py:2', false, 'ModuleNotFoundError'],
      ['missing_late', 'train.py:4', false, 'ModuleNotFoundError'],
    ]);
  });

  it('is found by `-m` as well, a module of its own or of somebody else', async () => {
    write('model/pkg/__main__.py', 'import missing_a\n');
    expect(await told({ kind: 'module', name: 'pkg' })).toEqual([
      ['missing_a', 'pkg/__main__.py:1', true, 'ModuleNotFoundError'],
    ]);
    expect(await told({ kind: 'module', name: 'missing_tool.run' })).toEqual([
      ['missing_tool', '-m missing_tool.run', true, 'ModuleNotFoundError'],
    ]);
  });

  it('is named where it brings the interpreter down, or raises what nobody expects', async () => {
    write('model/train.py', 'import site_raises\nimport site_aborts\n');
    write('site/site_raises.py', 'raise SystemExit("licence expired")\n');
    write('site/site_aborts.py', 'import os; os.abort()\n');
    const answers = await check(script);
    expect(answers).toContainEqual(
      expect.objectContaining({ module: 'site_aborts', problem: 'the interpreter was ended by SIGABRT' }),
    );
    write('model/train.py', 'import site_raises\n');
    expect(await check(script)).toEqual([
      {
        kind: 'import',
        module: 'site_raises',
        where: 'train.py:1',
        certain: true,
        problem: 'SystemExit: licence expired',
      },
    ]);
  });
});
