/** A folder that holds the home of a person, made anew for each test of the file that imports this. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { localTransport } from '../../../src/coordinator/transport/local.ts';
import type { Transport } from '../../../src/coordinator/transport/transport.ts';

export let top: string;
beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'labsweep-home-')));
  mkdirSync(join(top, 'home'));
  writeFileSync(join(top, 'sh'), `#!/bin/sh\nHOME='${top}/home' exec "$@"\n`, { mode: 0o755 });
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

export const isRoot = process.getuid?.() === 0;

/** Those that are here. */
export const shells = [['dash'], ['bash', '--posix'], ['busybox', 'sh']].filter(
  ([program = '', ...args]) => spawnSync(program, [...args, '-c', 'true']).status === 0,
);

/** To this machine, by that person, with a shell. */
export const by = (shell: readonly string[]): Transport => ({
  ...localTransport(),
  exec: (_, stdin) => localTransport().exec([join(top, 'sh'), ...shell], stdin),
});

export const write = (path: string, text = ''): void => {
  mkdirSync(dirname(join(top, path)), { recursive: true });
  writeFileSync(join(top, path), text);
};

export const files = (): string[] => readdirSync(top, { recursive: true, encoding: 'utf8' }).toSorted();
