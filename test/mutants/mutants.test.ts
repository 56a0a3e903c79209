import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { patched, sourceOf } from '../planted-copy.ts';
import { mutants } from './mutants.ts';
import { verdictOf } from './verdict.ts';

const tests = join(import.meta.dirname, '..');

const grammarProblems = (file: string, text: string): unknown[] =>
  file.endsWith('.sh')
    ? spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' }).stderr.split('\n').slice(0, -1)
    : parseSync(file, text).errors;

describe('a list of mutants', () => {
  it.each(mutants.map((mutant) => [`${mutant.file}: ${mutant.breaks}`, mutant] as const))(
    'fits the sources: %s',
    (_, mutant) => {
      const text = patched(readFileSync(sourceOf(mutant), 'utf8'), mutant);
      expect(grammarProblems(mutant.file, text)).toEqual([]);
      const texts = mutant.tests.map((name) => readFileSync(join(tests, `${name}.test.ts`), 'utf8'));
      expect(texts.join('')).toContain(mutant.titled ?? '');
    },
  );

  it('says each thing once', () => {
    expect(new Set(mutants.map(({ breaks }) => breaks)).size).toBe(mutants.length);
  });

  it('tells of a text that has changed since', () => {
    const patch = { file: 'a.ts', find: 'one', put: 'two' };
    expect(() => patched('three', patch)).toThrow('src/a.ts has this 0 times');
    expect(() => patched('one, one', patch)).toThrow('src/a.ts has this 2 times');
  });
});

describe('a mutant', () => {
  const report = (tests: readonly object[], more: object = {}): string =>
    JSON.stringify({
      testResults: [{ name: 'a', status: 'passed', message: '', assertionResults: tests, ...more }],
    });
  const passed = { fullName: 'passes', status: 'passed', failureMessages: [] };
  const failed = {
    fullName: 'fails',
    status: 'failed',
    failureMessages: ['AssertionError: expected 1 to be 2'],
  };

  it('is killed by a test that fails', () => {
    const verdict = verdictOf(report([passed, failed], { status: 'failed' }));
    expect(verdict).toEqual({ kind: 'killed', by: 'fails' });
  });

  it('survives tests that pass', () => {
    expect(verdictOf(report([passed]))).toEqual({ kind: 'survived' });
  });

  it.each([
    ['tests that are skipped', report([{ ...passed, status: 'skipped' }])],
    ['a file that cannot be loaded', report([], { status: 'failed', message: 'no such module' })],
    ['no test at all', JSON.stringify({ testResults: [] })],
    ['a program that is none', report([{ ...failed, failureMessages: ['SyntaxError: Unexpected token'] }])],
  ])('is not judged by %s', (_, text) => {
    expect(verdictOf(text).kind).toBe('broken');
  });
});
