/** Hosts whose folder lies on a file system that tells less of its files than most do. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { folderOf } from '../content/folders.ts';
import { Host, launchOf } from './real-agent.ts';

let host: Host;
let release = (): void => {};

beforeEach(() => {
  host = new Host();
  release = () => {};
});

afterEach(async () => {
  expect(await host.dispose(release)).toEqual([]);
});

const succeeds = `echo '{"score": 1}' >> "$LABSWEEP_REPORT"`;

/** An ext4 whose folders do not tell which kind an entry is of (readdir(3), DT_UNKNOWN). Larger than what hosts keep free. */
function mountWithoutKinds(folder: string): boolean {
  const image = join(folderOf(), 'image');
  try {
    const make = 'truncate -s 4G "$0" && mkfs.ext4 -q -O ^filetype "$0" && mount -o loop "$0" "$1"';
    execFileSync('sh', ['-c', make, image, folder], { stdio: 'pipe' });
  } catch {
    return false;
  }
  release = () => void execFileSync('umount', ['-l', folder]);
  return true;
}

it('a trial finds its files where the file system does not tell folders from files', {
  timeout: 60_000,
}, async ({ skip }) => {
  if (!mountWithoutKinds(host.folder)) {
    process.stdout.write('odd-file-systems.test.ts: skipped, no ext4 can be made and mounted here\n');
    skip();
  }
  const writer = await host.writer();
  const hash = await host.bring(writer, folderOf({ table: '1\n', 'pkg/data': 'data\n' }));
  const odd = `python3 -c 'import os; os.makedirs(b"odd\\xff/sub"); open(b"odd\\xff/sub/file", "w").write("odd\\n")'`;
  const setup = ['sh', '-c', `${odd}; ln -s table link; mkdir shut; chmod 555 shut`];
  const launch = launchOf(['sh', '-c', `cat pkg/data link; ls; cat odd*/sub/file; ${succeeds}`], {
    files: hash,
    setup,
  });
  const { end } = await writer.run('a-1', launch);
  expect(end.outcome).toEqual({ kind: 'succeeded' });
  const log = readFileSync(host.runFile('a-1', 'log'), 'latin1');
  expect(log).toBe('data\n1\nlink\nodd\xff\npkg\nshut\ntable\nodd\n');
});

/** As of a file system that numbers its files anew at each look (sshfs(1) and others without `use_ino`). */
const renumbering = `
const files = require('node:fs');
let number = 1;
for (const name of ['lstatSync', 'fstatSync']) {
  const look = files[name];
  files[name] = (...args) => {
    const found = look(...args);
    if (found?.isFile()) found.ino = ++number;
    return found;
  };
}
require('node:module').syncBuiltinESMExports();
`;

it('trials start where inodes are others at each look, with `setup` and without', {
  timeout: 60_000,
}, async () => {
  const shim = join(folderOf({ 'shim.cjs': renumbering }), 'shim.cjs');
  await host.serve(60_000, { ...process.env, NODE_OPTIONS: `--require ${shim}` });
  const writer = await host.connect();
  await writer.greet();
  const hash = await host.bring(writer, folderOf({ table: '1\n', 'pkg/data': '' }));
  for (const [index, setup] of [null, null, ['true']].entries()) {
    const launch = launchOf(['sh', '-c', `cat table; ${succeeds}`], { files: hash, setup });
    const { end } = await writer.run(`a-${index}`, launch);
    expect(end.outcome).toEqual({ kind: 'succeeded' });
    expect(readFileSync(host.runFile(`a-${index}`, 'log'), 'utf8')).toBe('1\n');
  }
});
