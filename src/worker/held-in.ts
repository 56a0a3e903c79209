import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Holding } from '../protocol/messages.ts';
import { holdings } from './core/holdings.ts';
import { initial } from './core/initial.ts';
import { transition } from './core/transition.ts';
import { readJournal } from './spool/read-journal.ts';

/**
 * What each ledger has in a folder, on any of the hosts that share it, by their journals: whether agents serve it now
 * or not.
 */
export function heldIn(folder: string): Holding[] {
  const hosts = join(realpathSync(folder), 'host');
  let state = initial(nobody);
  for (const machine of readdirSync(hosts, { withFileTypes: true }))
    for (const record of machine.isDirectory()
      ? readJournal(join(hosts, machine.name, 'journal.ndjson')).records
      : [])
      [state] = transition(state, { kind: 'replayed', record }, 0);
  return holdings(state);
}

/** A replay asks nothing of the host. */
const nobody: Parameters<typeof initial>[0] = {
  machine: '',
  bootId: '',
  cpus: 1,
  memoryBytes: 0,
  diskBytes: null,
  node: '',
  folder: '',
  pid: 0,
  build: '',
  user: '',
  gpus: null,
  gpuProblem: null,
  gpusBroken: false,
  memoryOfGroup: false,
  environmentProblem: null,
};
