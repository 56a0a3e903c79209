/** What a launcher has copied for trials that have ended: it goes to those that come, or goes. */
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { LauncherRequest } from '../../src/worker/supervisor/launch-report.ts';
import { launcherCommand, type MostKept } from '../../src/worker/supervisor/launch-trials.ts';
import { folderOf } from '../content/folders.ts';

const tree = {
  config: 'x',
  table: '1\n',
  'logs/history': '',
  'as/it/is': '',
  'pkg/data': 'data',
  'pkg/deep/er': 'deeper',
  'pkg/deep/est': 'deepest',
  'other/one': '1',
  'other/two': '22',
};

let from: string;
let runs: string;

beforeEach(() => {
  from = folderOf(tree);
  runs = folderOf();
  mkdirSync(join(from, 'out/logs'), { recursive: true });
  symlinkSync('../pkg/data', join(from, 'other/link'));
  chmodSync(join(from, 'pkg/data'), 0o755);
});

/** Starts trials one after the other; the copy of each is a spare one then, where it succeeded. */
function openLauncher(mostKept?: MostKept) {
  const [program = '', ...args] = launcherCommand(mostKept);
  const launcher = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void launcher.stdin.end());
  const said: string[] = [];
  createInterface(launcher.stdout).on('line', (line) => said.push(line));
  const send = (request: LauncherRequest): void => void launcher.stdin.write(`${JSON.stringify(request)}\n`);
  return async (attempt: string, script: string, succeeded: boolean): Promise<string> => {
    const [root, workFolder] = [join(runs, attempt), join(runs, attempt, 'work')];
    mkdirSync(root);
    const copy = { from, to: workFolder, umask: 0o022, began: null, print: null };
    const argv = [join(root, 'exit'), '022', 'sh', '-c', script];
    send({ kind: 'start', attempt, argv, workFolder, copy, log: join(root, 'log'), environment: {} });
    await expect.poll(() => said.some((line) => line.includes(`"exited","attempt":"${attempt}"`))).toBe(true);
    send({ kind: 'over', attempt, succeeded });
    return workFolder;
  };
}

/** Everything below a folder, links not followed. */
const below = (folder: string): string[] =>
  execFileSync('find', ['-mindepth', '1', '-printf', '%P\\n'], { cwd: folder })
    .toString()
    .split('\n')
    .filter((path) => path !== '')
    .toSorted();

/** Tells a tree as its program finds it: kinds, modes, sizes, times, links, words; times of files alone. */
const look = `{
  find . -type f -printf '%P %m %s %T@ %n\\n'; find . -mindepth 1 ! -type f -printf '%P %y %m %l\\n'
  find . -type f -exec sha256sum {} +
} | sort > ../seen; `;
const seenBy = (work: string): string => readFileSync(join(work, '../seen'), 'utf8');
const inodeOf = (work: string, path: string): number => statSync(join(work, path)).ino;

/** What programs do among their files, and more than that. */
const deeds: [string, string][] = [
  ['nothing', ''],
  ['appends', 'echo y >> pkg/data'],
  ['writes in place, of the same length', 'printf yyyy | dd of=pkg/data conv=notrunc status=none'],
  [
    'writes in place, and sets the time back',
    'cp -p pkg/data ../old; printf yyyy > pkg/data; touch -r ../old pkg/data',
  ],
  [
    'puts another file in the place of one',
    'cp -p pkg/data ../old; printf yyyy > ../new; touch -r ../old ../new; mv ../new pkg/data',
  ],
  ['makes a file of its own', 'mkdir pkg/__pycache__; echo > pkg/__pycache__/x; echo > other/made'],
  ['makes a file deep down', 'echo > pkg/deep/made'],
  ['removes a file', 'rm pkg/deep/er'],
  ['removes a folder', 'rm -r pkg/deep out'],
  ['renames', 'mv pkg/data pkg/datum; mv other autre'],
  ['changes modes', 'chmod 600 pkg/data; chmod 700 other; chmod 000 logs'],
  ['puts a link in the place of a folder', 'rm -r other; ln -s ../../../pkg other; rm -r pkg; ln -s / pkg'],
  ['puts another tree’s folder in the place of its own', 'rm -r other; ln -s ../../first/work/other other'],
  ['leads a link elsewhere', 'ln -sfn /etc/passwd other/link'],
  ['links to its files from elsewhere', 'ln pkg/data ../kept; ln other/one ../one'],
  ['exchanges two files', 'cp -p other/one ../a; mv other/two other/one; mv ../a other/two'],
  ['turns a file into a folder', 'rm table; mkdir table; echo > table/x'],
  ['turns a folder into a file', 'rm -r as; echo > as'],
  ['puts another tree in the place of its own', 'mv ../work ../mine; ln -s ../first/work ../work'],
];

describe('what a launcher has copied for trials', () => {
  it('goes to the next one after a success, which finds the tree as it was, whatever was done to it', async () => {
    const run = openLauncher();
    const first = await run('first', look, false);
    for (const [deed, script] of deeds) {
      const name = deed.replaceAll(' ', '-');
      expect(seenBy(await run(name, look + script, true)), `before "${deed}"`).toBe(seenBy(first));
    }
    expect(seenBy(await run('last', look, true))).toBe(seenBy(first));
    expect(readFileSync(join(runs, 'links-to-its-files-from-elsewhere/kept'), 'utf8')).toBe('data');
    expect(below(from)).toEqual(below(first));
  });

  it('is moved and not made anew, where nothing was done to it', async () => {
    const run = openLauncher();
    const first = await run('a-1', 'echo > pkg/made; echo y >> pkg/deep/er', true);
    const inodes = ['other', 'other/one', 'pkg/data', 'pkg/deep/est'].map((path) => inodeOf(first, path));
    const [pkg, deeper] = [inodeOf(first, 'pkg'), inodeOf(first, 'pkg/deep/er')];
    await run('a-2', 'true', true);
    const third = await run('a-3', 'true', true);
    const paths = ['other', 'other/one', 'pkg/data', 'pkg/deep/est'];
    expect(paths.map((path) => inodeOf(third, path))).toEqual(inodes);
    expect(inodeOf(third, 'pkg')).not.toBe(pkg);
    expect(inodeOf(third, 'pkg/deep/er')).not.toBe(deeper);
    expect(below(first)).toEqual(['pkg', 'pkg/deep', 'pkg/deep/er', 'pkg/made']);
  });

  it('is not handed on where its origin was made anew', async () => {
    const run = openLauncher();
    const first = await run('a-1', 'true', true);
    const inode = inodeOf(first, 'table');
    rmSync(from, { recursive: true });
    cpSync(first, from, { recursive: true, preserveTimestamps: true });
    const second = await run('a-2', 'true', true);
    expect(inodeOf(second, 'table')).not.toBe(inode);
    expect(below(second)).toEqual(below(from));
  });

  it('stays to be looked at after a failure', async () => {
    const run = openLauncher();
    const first = await run('a-1', 'false', false);
    const all = below(first);
    const second = await run('a-2', 'true', true);
    expect(below(first)).toEqual(all);
    expect(below(second)).toEqual(all);
  });

  it('goes once too much is kept of failures, the oldest first; what programs made or changed stays', async () => {
    const run = openLauncher({ copies: 1, files: 1_000, bytes: 1e9 });
    const first = await run(
      'a-1',
      'echo y > config; rm -r pkg logs other; ln -s / logs; ln -s /etc as/link; echo > made',
      false,
    );
    expect(below(first)).toContain('table');
    const second = await run('a-2', 'true', false);
    await expect.poll(() => below(first)).toEqual(['as', 'as/link', 'config', 'logs', 'made']);
    expect(below(second)).toEqual(below(from));
    await run('a-3', 'true', false);
    await expect.poll(() => below(second)).toEqual([]);
    expect(existsSync(join(from, 'pkg/deep/er'))).toBe(true);
  });
});
