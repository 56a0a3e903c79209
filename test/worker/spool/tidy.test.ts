import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HostFolder, openHostFolder } from '../../../src/worker/spool/host-folder.ts';
import { tidy } from '../../../src/worker/spool/tidy.ts';

let host: HostFolder;

beforeEach(() => {
  host = openHostFolder(mkdtempSync(join(tmpdir(), 'labsweep-tidy-')), 'machine');
  writeFileSync(host.agentFile, '{}');
});
afterEach(() => rmSync(host.folder, { recursive: true, force: true }));

/** Files below a folder of the host, by text; then the folder itself is so many days old. */
function leave(folder: string, files: Readonly<Record<string, string>>, days: number): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const then = Date.now() / 1_000 - days * 86_400;
  utimesSync(folder, then, then);
}

const run = {
  'work/model.bin': 'weights',
  'params.json': '{}',
  'report.ndjson': '{}',
  exit: '0',
  log: 'epoch 1',
  'artifacts/model.bin': 'weights',
};
const left = (attempt: string): string[] =>
  readdirSync(join(host.runs, attempt), { recursive: true, encoding: 'utf8' }).toSorted();

describe('an idle agent', () => {
  it('keeps logs and artifacts of trials that ended a week ago, and nothing else of them', () => {
    leave(join(host.runs, 'a-1'), run, 8);
    tidy(host, () => false);
    expect(left('a-1')).toEqual(['artifacts', 'artifacts/model.bin', 'log']);
  });

  it('keeps nothing of one that left nothing', () => {
    leave(join(host.runs, 'a-1'), { ...run, log: '' }, 8);
    rmSync(join(host.runs, 'a-1/artifacts/model.bin'));
    leave(join(host.runs, 'a-1'), {}, 8);
    tidy(host, () => false);
    expect(readdirSync(host.runs)).toEqual([]);
  });

  it('P1 touches no trial that is not acknowledged, however old, and none of this week', () => {
    leave(join(host.runs, 'a-1'), run, 80);
    leave(join(host.runs, 'a-2'), run, 6);
    const before = [left('a-1'), left('a-2')];
    tidy(host, (attempt) => attempt === 'a-1');
    expect([left('a-1'), left('a-2')]).toEqual(before);
  });

  it('removes packs that were half sent a week ago', () => {
    const incoming = join(host.folder, 'incoming');
    leave(incoming, { old: 'half', new: 'half' }, 0);
    const then = Date.now() / 1_000 - 8 * 86_400;
    utimesSync(join(incoming, 'old'), then, then);
    tidy(host, () => false);
    expect(readdirSync(incoming)).toEqual(['new']);
  });

  it('removes nothing behind a link that a trial has put in the place of a folder', () => {
    const theirs = mkdtempSync(join(tmpdir(), 'labsweep-theirs-'));
    leave(theirs, { 'thesis.tex': 'a thesis', 'a-1/params.json': '{}' }, 8);
    mkdirSync(join(theirs, 'empty'));
    for (const name of ['thesis.tex', 'a-1']) utimesSync(join(theirs, name), 1, 1);
    for (const path of [join(host.folder, 'incoming'), host.runs, join(host.root, 'checkpoints')]) {
      rmSync(path, { recursive: true, force: true });
      symlinkSync(theirs, path);
    }
    tidy(host, () => false);
    expect(readdirSync(theirs, { recursive: true, encoding: 'utf8' }).toSorted()).toEqual([
      'a-1',
      'a-1/params.json',
      'empty',
      'thesis.tex',
    ]);
    rmSync(theirs, { recursive: true });
  });
});
