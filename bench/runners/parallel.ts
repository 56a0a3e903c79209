import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { slots, type Work } from '../work.ts';
import { command } from './command.ts';
import type { Absent, Runner } from './runner.ts';

const name = 'GNU parallel';

/** Perl takes its time to start: what one trial takes is taken off. */
const runner: Runner = {
  name,
  timed: 'whole command less the same with one trial; --joblog -j8',
  run: async (work, folder) => {
    const [whole, one] = [join(folder, 'whole'), join(folder, 'one')];
    return (await parallel(work, work.trials, whole)) - (await parallel(work, 1, one)) + onesShare(work);
  },
};

/** What one trial itself takes is no start-up. */
const onesShare = (work: Work): number => (work.leastMs * slots) / work.trials;

async function parallel(work: Work, trials: number, folder: string): Promise<number> {
  mkdirSync(folder, { recursive: true });
  const input = Array.from({ length: trials }, (_, index) => `${index + 1}\n`).join('');
  const argv = ['parallel', '--quote', '--joblog', 'joblog', `-j${slots}`, '-I', '{x}', ...work.command];
  return (await command(argv, { cwd: folder, input })).ms;
}

export async function findParallel(): Promise<Runner | Absent> {
  try {
    await command(['parallel', '--version']);
    return runner;
  } catch {
    return { name, absent: 'there is no `parallel` on the PATH' };
  }
}
