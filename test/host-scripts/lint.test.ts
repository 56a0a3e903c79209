import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lintScripts } from '../../scripts/host-scripts/lint.ts';

const root = join(import.meta.dirname, '../..');

/** Sources with these files in them, gone when the test is over. */
function sourcesOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'labsweep-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const found = (files: Readonly<Record<string, string>>): readonly string[] =>
  lintScripts(sourcesOf(files)).findings;

function check(environment: Readonly<Record<string, string>>): { status: number | null; stderr: string } {
  const program = [
    join(root, 'scripts/check-scripts.ts'),
    sourcesOf({ 'a.sh': 'true\n', 'b.py': 'x = 1\n' }),
  ];
  return spawnSync(process.execPath, program, { env: environment, encoding: 'utf8' });
}

/** Where it must be there, its absence fails the tests. */
const shellcheckIsHere =
  process.env['LABSWEEP_SCRIPTS'] === 'required' || spawnSync('shellcheck', ['--version']).status === 0;

it('nothing is found in the scripts for hosts', () => {
  expect(lintScripts(join(root, 'src')).findings).toEqual([]);
});

describe.skipIf(!shellcheckIsHere)('shellcheck finds', () => {
  it('what only a shell of one’s own machine understands', () => {
    expect(found({ 'room/a.sh': 'if [[ -n $1 ]]; then echo "$1"; fi\n' })).toEqual([
      expect.stringMatching(/^room\/a\.sh:1:.*\[SC3010\]$/),
    ]);
  });

  it('what is unquoted in a part, by the part’s own line, once', () => {
    const part = 'greet() {\n  echo $1\n}\n';
    const whole = '. ./part.sh\ngreet you\n';
    expect(found({ 'part.sh': part, 'one.sh': whole, 'other.sh': whole })).toEqual([
      expect.stringMatching(/part\.sh:2:.*\[SC2086\]$/),
    ]);
  });

  it('what is wrong with the grammar of a part', () => {
    expect(found({ 'part.sh': 'one= two=2\necho "$one$two"\n', 'whole.sh': '. ./part.sh\n' })).toEqual([
      expect.stringMatching(/^part\.sh:1:.*\[SC1007\]$/),
    ]);
  });

  it('a variable that nothing in the whole sets, and none that another part or the sender does', () => {
    const part = 'echo "$here$given$nowhere"\n';
    expect(found({ 'part.sh': part, 'whole.sh': ': "${given?}"\nhere=1\n. ./part.sh\n' })).toEqual([
      expect.stringMatching(/part\.sh:1:.*nowhere.*\[SC2154\]$/),
    ]);
  });

  it('what bash minds, in what bash runs', () => {
    expect(found({ 'a.bash': 'list=("$@")\nif [[ -n $1 ]]; then echo $list; fi\n' })).toEqual([
      expect.stringMatching(/^a\.bash:2:.*\[SC2128\]$/),
      expect.stringMatching(/^a\.bash:2:.*\[SC2086\]$/),
    ]);
  });
});

describe('the grammar of an old Python', () => {
  it.each([
    ['the types of variables', 'x = 1\ny: int = x\n', 2],
    ['digits in groups', 'x = 1_000\n', 1],
    ['no Python at all', 'x = 1\n\nx = = 2\n', 3],
  ])('has not %s', (_, text, line) => {
    expect(found({ 'room/a.py': text })).toEqual([
      expect.stringMatching(new RegExp(`^room/a\\.py:${line}:.*error: `)),
    ]);
  });

  it('has what both understand', () => {
    expect(found({ 'a.py': 'async def f(*a, key=None):\n    print("%d" % (await a[0](*a, *a)))\n' })).toEqual(
      [],
    );
  });
});

it('a linter that fails has not found nothing', () => {
  const sources = sourcesOf({
    'a.py': 'x = 1\n',
    'bin/python3': '#!/bin/sh\necho out of memory >&2\nexit 1\n',
  });
  chmodSync(join(sources, 'bin/python3'), 0o755);
  expect(() => lintScripts(sources, join(sources, 'bin'))).toThrow(
    'python3 cannot look at scripts (exit code 1): out of memory',
  );
});

describe('without linters', () => {
  it('they are named', () => {
    expect(lintScripts(sourcesOf({ 'a.sh': 'echo $1\n', 'a.py': '=' }), '/nonexistent')).toEqual({
      findings: [],
      missing: ['shellcheck', 'python3'],
    });
  });

  it('the check says so in one line, and passes', () => {
    const { status, stderr } = check({ PATH: '/nonexistent' });
    expect(stderr).toBe(
      "scripts for hosts are not all looked at: not installed: shellcheck, python3 (Debian's packages of that name)\n",
    );
    expect(status).toBe(0);
  });

  it('the check fails where they must be there', () => {
    const { status, stderr } = check({ PATH: '/nonexistent', LABSWEEP_SCRIPTS: 'required' });
    expect(stderr).toMatch(/^LABSWEEP_SCRIPTS=required, but not installed: shellcheck, python3/);
    expect(status).toBe(1);
  });
});
