import { describe, expect, test } from 'vitest';
import { compilePatterns, selectsFile } from '../../src/content/patterns.ts';

const selected = (lines: string[], paths: string[]): string[] => {
  const matches = compilePatterns(lines);
  return paths.filter((path) => selectsFile(matches, path));
};
const all = ['a.pt', 'deep/a.pt', 'logs/x.txt', 'src/logs/x.txt', 'src/a.py', '#note', 'a+b.txt', 'x1', 'xy'];

describe('patterns as gitignore has them', () => {
  test.each([
    [['*.pt'], ['a.pt', 'deep/a.pt']],
    [['/*.pt'], ['a.pt']],
    [['deep/*.pt'], ['deep/a.pt']],
    [['logs/'], ['logs/x.txt', 'src/logs/x.txt']],
    [['/logs/'], ['logs/x.txt']],
    [['src/**'], ['src/logs/x.txt', 'src/a.py']],
    [['**/x.txt'], ['logs/x.txt', 'src/logs/x.txt']],
    [['src/**/x.txt'], ['src/logs/x.txt']],
    [['x?'], ['x1', 'xy']],
    [['x[0-9]'], ['x1']],
    [['x[!0-9]'], ['xy']],
    [['a+b.txt'], ['a+b.txt']],
    [['\\#note'], ['#note']],
    [['# a comment', '', '  '], []],
    [['**'], all],
  ])('%j selects %j', (lines, paths) => expect(selected(lines, all)).toEqual(paths));

  test('the last pattern that matches decides', () => {
    expect(selected(['*.txt', '!x.txt'], all)).toEqual(['a+b.txt']);
    expect(selected(['!x.txt', '*.txt'], all)).toEqual(['logs/x.txt', 'src/logs/x.txt', 'a+b.txt']);
  });

  test('a pattern for folders leaves a file of that name', () => {
    const matches = compilePatterns(['build/']);
    expect(matches('build', false)).toBe(false);
    expect(matches('build', true)).toBe(true);
  });
});
