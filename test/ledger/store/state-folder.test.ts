import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findStateFolder } from '../../../src/ledger/store/state-folder.ts';
import { temporaryFolder, writerOf } from './sample.ts';

test('the nearest state folder above is found, as git finds its own', () => {
  const top = temporaryFolder();
  const deep = join(top, 'project', 'sweeps', 'week-3');
  mkdirSync(deep, { recursive: true });
  expect(findStateFolder(deep)).toBeNull();
  mkdirSync(join(top, '.labsweep'));
  expect(findStateFolder(deep)).toBe(join(top, '.labsweep'));
  mkdirSync(join(top, 'project', '.labsweep'));
  expect(findStateFolder(deep)).toBe(join(top, 'project', '.labsweep'));
  expect(findStateFolder(top)).toBe(join(top, '.labsweep'));
});

test('the folder that an agent keeps in a home is not taken for a state folder, unless it holds a ledger too', () => {
  const home = temporaryFolder();
  mkdirSync(join(home, '.labsweep', 'host'), { recursive: true });
  expect(findStateFolder(home)).toBeNull();
  writerOf(join(home, '.labsweep')).close();
  expect(findStateFolder(home)).toBe(join(home, '.labsweep'));
});

test('beside an agent’s folder, however new, the state folder has another name', () => {
  const home = temporaryFolder();
  mkdirSync(join(home, '.labsweep'));
  writeFileSync(join(home, '.labsweep', '.labsweep-folder'), '');
  expect(findStateFolder(home)).toBeNull();
  mkdirSync(join(home, '.labsweep-state'));
  expect(findStateFolder(join(home, 'sweeps'))).toBe(join(home, '.labsweep-state'));
});
