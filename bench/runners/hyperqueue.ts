import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { slots } from '../work.ts';
import { command } from './command.ts';
import type { Absent, Runner } from './runner.ts';

const name = 'HyperQueue';
const requirement = 'hyperqueue==0.27.0';
const script = join(import.meta.dirname, '../submit.py');

const runnerWith = (python: string): Runner => ({
  name,
  timed:
    'submission by its Python client to the last change of an output file; server and a worker of 8 cores up before',
  run: async (work, folder) => {
    for (const name of ['server', 'first', 'work']) mkdirSync(join(folder, name), { recursive: true });
    const argv = [python, script, folder, String(work.trials), String(slots), ...work.command];
    const { stdout } = await command(argv, { cwd: folder });
    return Number(stdout.trim().split('\n').at(-1)) * 1_000;
  },
});

/** Of the Python that HQ_PYTHON names, else installed from PyPI into an environment in `folder`. */
export async function findHyperQueue(folder: string): Promise<Runner | Absent> {
  try {
    return runnerWith(process.env['HQ_PYTHON'] ?? (await install(join(folder, 'hyperqueue'))));
  } catch (error) {
    return { name, absent: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) };
  }
}

async function install(folder: string): Promise<string> {
  await command(['python3', '-m', 'venv', folder]);
  const python = join(folder, 'bin/python');
  await command([python, '-m', 'pip', 'install', '--quiet', requirement]);
  return python;
}
