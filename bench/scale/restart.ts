import { restore } from '../../src/coordinator/core/restore.ts';
import { newFleetHost } from '../../src/coordinator/hosts/fleet-host.ts';
import { transition } from '../../src/coordinator/transition/transition.ts';
import type { CoordinatorEvent, Instruction } from '../../src/coordinator/core/events.ts';
import { fold } from '../../src/ledger/fold.ts';
import { openWriter } from '../../src/ledger/store/open-writer.ts';
import { attemptId, hostName, trialId } from '../../src/model/ids.ts';
import { plainHost } from '../../test/plain-host.ts';
import type { Running } from './interrupted-ledger.ts';
import { declaration } from './large-sweep.ts';
import { facts } from './queued-lab.ts';

/**
 * A coordinator that begins anew, without the hosts' part: it reads its ledger, commits a term, hears what each host
 * holds, and decides. @returns how many of the running trials it still counts as such, and how many it leased first
 */
export function restart(folder: string, running: Running): { running: number; leased: number } {
  const opened = openWriter(folder, { breakLock: true });
  if (opened.kind !== 'opened') throw new Error(`the ledger in ${folder} is ${opened.kind}`);
  const { writer } = opened;
  const names = [...running.keys()];
  const hosts = names.map((name) => newFleetHost(plainHost(name)));
  let state = restore(writer.events(), hosts, writer.committedLines());
  const begin = {
    kind: 'term-started',
    at: 1,
    term: state.ledger.term + 1,
    nonce: 'fedcba',
    machine: 'bench',
    secret: null,
  } as const;
  writer.commit([begin], []);
  fold(state.ledger, begin);
  const decide = (event: CoordinatorEvent): readonly Instruction[] => {
    const [next, instructions] = transition(state, event, 2);
    state = next;
    for (const instruction of instructions)
      if (instruction.kind === 'commit') writer.commit(instruction.events, instruction.metrics);
    return instructions;
  };
  decide({ kind: 'asked', command: { kind: 'resume', sweep: null }, by: 1 });
  for (const [name, held] of running) {
    const host = hostName(name);
    decide({ kind: 'host-connected', host, facts, endsWithLogin: null });
    const attempts = held.map(({ attempt, trial }) => ({
      attempt: attemptId(attempt),
      trial: trialId(trial),
      device: 'cpu',
      runningMs: 1,
    }));
    decide({
      kind: 'host-message',
      host,
      message: { kind: 'state', backlog: [], running: attempts, ended: [] },
    });
  }
  decide({ kind: 'plan' });
  for (const name of names)
    decide({ kind: 'launch-ready', host: hostName(name), launch: declaration.launch });
  const leased = decide({ kind: 'plan' }).reduce((sum, instruction) => sum + leasesOf(instruction), 0);
  const [sweep] = state.ledger.sweeps.values();
  writer.close();
  return { running: sweep?.counts.running ?? 0, leased };
}

const leasesOf = (instruction: Instruction): number =>
  instruction.kind === 'send' && instruction.message.kind === 'lease' ? instruction.message.leases.length : 0;
