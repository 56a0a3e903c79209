import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandNode, commandTree } from '../../src/cli/completion/command-tree.ts';
import { completionScript, type Shell } from '../../src/cli/completion/scripts.ts';
import { Argument, Command, Option } from 'commander';

const tree: readonly CommandNode[] = commandTree(
  new Command('labsweep')
    .addCommand(
      new Command('run')
        .summary("run a sweep, on everybody's hosts: all")
        .argument('<sweep>', 'the sweep file')
        .addOption(new Option('--state <dir>', 'the state folder'))
        .addOption(new Option('--limit <n>', 'only so many'))
        .addOption(new Option('--json', 'as JSON'))
        .addOption(new Option('--debug', 'a stack').hideHelp()),
    )
    .addCommand(
      new Command('data')
        .summary('data sets')
        .addCommand(
          new Command('import').summary('take one in').addArgument(new Argument('<name>', 'its name')),
        )
        .addCommand(new Command('list').summary('what is there')),
    )
    .addCommand(new Command('list').summary('trials').addOption(new Option('--failed', 'what failed'))),
);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'labsweep-completion-'));
  mkdirSync(join(folder, 'sweeps'));
  for (const name of ['first.yaml', 'second.yml', 'notes.txt']) writeFileSync(join(folder, name), '');
  for (const shell of ['bash', 'zsh', 'fish'] as const)
    writeFileSync(join(folder, shell), completionScript[shell](tree));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const has = (shell: Shell): boolean => spawnSync(shell, ['-c', 'true']).status === 0;
for (const shell of ['bash', 'zsh', 'fish'] as const)
  if (!has(shell)) process.stdout.write(`completion.test.ts: skipped, there is no ${shell} here\n`);

const asked: Readonly<Record<'bash' | 'fish', (words: readonly string[]) => string>> = {
  bash: (words) =>
    `source ./bash; COMP_WORDS=(labsweep ${words.map((word) => `'${word}'`).join(' ')}); ` +
    `COMP_CWORD=${words.length}; _labsweep; printf '%s\\n' "\${COMPREPLY[@]}"`,
  fish: (words) => `source ./fish; complete -C 'labsweep ${words.join(' ')}'`,
};

/** What a shell offers for the last of these words. */
function offers(shell: 'bash' | 'fish', words: readonly string[]): string[] {
  const { stdout, stderr } = spawnSync(shell, ['-c', asked[shell](words)], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const lines = stdout.split('\n').map((line) => line.split('\t')[0] ?? '');
  return lines.filter((line) => line !== '').toSorted();
}

describe.for(['bash', 'fish'] as const)('completion for %s', (shell) => {
  const offering = it.skipIf(!has(shell));

  offering('offers the verbs', () => {
    expect(offers(shell, ['ru'])).toEqual(['run']);
    expect(offers(shell, [''])).toEqual(expect.arrayContaining(['data', 'list', 'run']));
  });

  offering('offers the verbs of a verb, not those of another', () => {
    expect(offers(shell, ['data', 'l'])).toEqual(['list']);
    expect(offers(shell, ['data', 'ru'])).toEqual([]);
    expect(offers(shell, ['data', 'list', '--f'])).toEqual([]);
    expect(offers(shell, ['list', '--f'])).toEqual(['--failed']);
  });

  offering('offers options, and none that is hidden', () => {
    expect(offers(shell, ['run', '--'])).toEqual(expect.arrayContaining(['--json', '--limit', '--state']));
    expect(offers(shell, ['run', '--de'])).toEqual([]);
  });

  offering('offers sweep files where one is read', () => {
    expect(offers(shell, ['run', 'fi'])).toEqual(['first.yaml']);
    expect(offers(shell, ['list', 'fi'])).toEqual([]);
  });

  offering(
    'offers folders behind an option that takes one, and nothing behind one that takes a number',
    () => {
      expect(offers(shell, ['run', '--state', 's']).map((name) => name.replace(/\/$/, ''))).toEqual([
        'sweeps',
      ]);
      expect(offers(shell, ['run', '--limit', 'f'])).toEqual([]);
    },
  );
});

describe('completion for zsh', () => {
  it.skipIf(!has('zsh'))('is a script that zsh can parse', () => {
    expect(spawnSync('zsh', ['-n', join(folder, 'zsh')], { encoding: 'utf8' }).stderr).toBe('');
  });

  it('has every verb with what it does', () => {
    expect(completionScript.zsh(tree)).toContain(`'run:run a sweep, on everybody'\\''s hosts: all'`);
  });
});
