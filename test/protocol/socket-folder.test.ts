import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { socketPathOf } from '../../src/protocol/socket-folder.ts';

function parent(): string {
  const folder = mkdtempSync(join(tmpdir(), 'labsweep-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const folderIn = (...parents: readonly string[]): string => dirname(socketPathOf('a.sock', parents));

const isRoot = process.getuid?.() === 0;

/** A tmpfs, which only root may mount. */
function mounted(options: string): string {
  const folder = parent();
  execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', options, 'labsweep-test', folder]);
  onTestFinished(() => void execFileSync('/bin/umount', ['-l', folder]));
  return folder;
}

describe('P9 sockets are the user’s own', () => {
  test('the folder is made for the user alone, and found again', () => {
    const top = parent();
    const folder = folderIn(top);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(folderIn(top)).toBe(folder);
  });

  test('a folder that others may enter is refused', () => {
    const top = parent();
    chmodSync(folderIn(top), 0o755);
    expect(() => folderIn(top)).toThrow(/chmod 700/);
  });

  test('a link in its place is refused, wherever it leads', () => {
    const top = parent();
    const name = folderIn(top);
    rmSync(name, { recursive: true });
    mkdirSync(join(top, 'elsewhere'), { mode: 0o700 });
    symlinkSync(join(top, 'elsewhere'), name);
    expect(() => folderIn(top)).toThrow(/not a folder of yours/);
  });
});

describe('sockets lie elsewhere', () => {
  test('where the first folder is open to others, and go there even once it is not', () => {
    const [first, second] = [parent(), parent()];
    chmodSync(folderIn(first), 0o777);
    const path = socketPathOf('a.sock', [first, second]);
    expect(dirname(dirname(path))).toBe(second);
    writeFileSync(path, '');
    chmodSync(folderIn(second), 0o700);
    chmodSync(join(first, dirname(path).split('/').at(-1) ?? ''), 0o700);
    expect(socketPathOf('a.sock', [first, second])).toBe(path);
    expect(dirname(dirname(socketPathOf('b.sock', [first, second])))).toBe(first);
  });

  test.runIf(isRoot)('where the first folder is another user’s', () => {
    const [first, second] = [parent(), parent()];
    chownSync(folderIn(first), 2_001, 2_001);
    expect(dirname(folderIn(first, second))).toBe(second);
    expect(() => folderIn(first)).toThrow(/but of user 2001; have them or root remove it/);
  });

  test.runIf(isRoot)('where it is read-only, or takes no more files', () => {
    const second = parent();
    const readOnly = mounted('ro');
    expect(dirname(folderIn(readOnly, second))).toBe(second);
    const full = mounted('nr_inodes=4');
    folderIn(full);
    for (const name of ['1', '2']) writeFileSync(join(full, name), '');
    expect(dirname(folderIn(full, second))).toBe(second);
    expect(() => folderIn(full, readOnly)).toThrow(/ENOSPC.*; .*EROFS/);
  });
});
