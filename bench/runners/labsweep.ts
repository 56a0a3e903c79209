import { join } from 'node:path';
import { openReader } from '../../src/ledger/store/reader.ts';
import { Lab } from '../lab.ts';
import type { Runner } from './runner.ts';

export const labsweepRunner: Runner = {
  name: 'labsweep',
  timed:
    'first lease decided to last result said by `run --json`, which says it after its commit is on the disk',
  run: async (work, folder) => {
    const lab = new Lab(folder);
    lab.write('bench', {
      command: work.command,
      grid: { x: { from: 1, to: work.trials } },
      files: work.files,
    });
    let results = 0;
    let lastAt = 0;
    const run = lab.type(['run', 'bench.yaml', '--json'], (line) => {
      if (!line.startsWith('{"event":"ended"') || !line.includes('"outcome":"succeeded"')) return;
      results += 1;
      lastAt = Date.now();
    });
    await run.ended;
    await lab.endAgent();
    if (results !== work.trials) throw new Error(`${results} of ${work.trials} trials succeeded`);
    return lastAt - firstLeaseAt(folder);
  },
};

/** By the wall clock, as the ledger has it. */
function firstLeaseAt(folder: string): number {
  const opened = openReader(join(folder, '.labsweep'));
  if (opened.kind !== 'opened') throw new Error(`no ledger in ${folder}`);
  const first = opened.reader.read(0).events.find(({ kind }) => kind === 'leased');
  if (first === undefined) throw new Error('nothing was leased');
  return first.at;
}
