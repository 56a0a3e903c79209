import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLoginEnvironment } from '../../../src/worker/supervisor/login-environment.ts';

const shells = [
  ['bash', '.bash_profile', 'echo "Welcome to cedar"; export FLAVOUR="two\nlines"'],
  ['sh', '.profile', 'echo "Welcome to cedar"; FLAVOUR="two\nlines"; export FLAVOUR'],
  ['tcsh', '.tcshrc', 'echo "Welcome to cedar"\nsetenv FLAVOUR "two\\\nlines"'],
  ['fish', '.config/fish/config.fish', 'echo "Welcome to cedar"; set -x FLAVOUR "two\nlines"'],
] as const;

let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'labsweep-login-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('the environment of a login shell', () => {
  it.for(shells)('of %s, whose files print', async ([name, file, text], { skip }) => {
    const shell = ['/bin', '/usr/bin'].map((folder) => join(folder, name)).find((path) => existsSync(path));
    if (shell === undefined) {
      process.stdout.write(`login-environment.test.ts: skipped, there is no ${name} here\n`);
      skip();
    }
    mkdirSync(join(home, '.config/fish'), { recursive: true });
    writeFileSync(join(home, file), `${text}\n`);
    const read = await readLoginEnvironment(
      { SHELL: shell, HOME: home, PATH: '/usr/bin:/bin', KEPT: '1' },
      0o022,
    );
    expect(read).toMatchObject({ kind: 'read', environment: { FLAVOUR: 'two\nlines', KEPT: '1' } });
    if (read.kind === 'read') expect(Object.keys(read.environment)).not.toContain('SHLVL');
  });

  it('is there at once where a login file starts what holds its output open', async () => {
    const pid = join(home, 'daemon');
    writeFileSync(join(home, '.bash_profile'), `export FLAVOUR=1; sleep 60 & echo $! > ${pid}\n`);
    const began = performance.now();
    const read = await readLoginEnvironment({ SHELL: '/bin/bash', HOME: home, PATH: '/usr/bin:/bin' }, 0o022);
    process.kill(Number(readFileSync(pid, 'utf8')));
    expect(read).toMatchObject({ kind: 'read', environment: { FLAVOUR: '1' } });
    expect(performance.now() - began).toBeLessThan(4_000);
  });

  it('of a shell that nobody may use is not read', async () => {
    const shell = join(home, 'nologin');
    writeFileSync(shell, '#!/bin/sh\necho This account is not available.\nexit 1\n');
    chmodSync(shell, 0o755);
    expect(
      await readLoginEnvironment({ SHELL: shell, HOME: home, PATH: '/usr/bin:/bin' }, 0o022),
    ).toMatchObject({
      kind: 'unread',
    });
  });
});
