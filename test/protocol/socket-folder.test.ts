import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { userSocketFolder } from '../../src/protocol/socket-folder.ts';

function parent(): string {
  const folder = mkdtempSync(join(tmpdir(), 'labsweep-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('P9 sockets are the user’s own', () => {
  test('the folder is made for the user alone, and found again', () => {
    const top = parent();
    const folder = userSocketFolder(top);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(userSocketFolder(top)).toBe(folder);
  });

  test('a folder that others may enter is refused', () => {
    const top = parent();
    chmodSync(userSocketFolder(top), 0o755);
    expect(() => userSocketFolder(top)).toThrow(/chmod 700/);
  });

  test.skipIf(process.getuid?.() !== 0)('a folder that another user has made is refused (needs root)', () => {
    const top = parent();
    chownSync(userSocketFolder(top), 4242, 4242);
    expect(() => userSocketFolder(top)).toThrow(/but of user 4242/);
  });

  test('a link in its place is refused, wherever it leads', () => {
    const top = parent();
    const name = userSocketFolder(top);
    rmSync(name, { recursive: true });
    mkdirSync(join(top, 'elsewhere'), { mode: 0o700 });
    symlinkSync(join(top, 'elsewhere'), name);
    expect(() => userSocketFolder(top)).toThrow(/not a folder of yours/);
  });
});
