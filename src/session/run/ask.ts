import { setTimeout as pause } from 'node:timers/promises';
import type { Asked, Command } from '../../coordinator/core/command.ts';
import type { CoordinatorState } from '../../coordinator/hosts/state.ts';
import type { LedgerWriter } from '../../ledger/store/writer.ts';
import type { Caller } from '../caller.ts';
import { sayHandedOn, startBehind } from './detach.ts';
import { storeFolder } from '../content/named-content.ts';
import { writeOrAsk } from './hand-over.ts';
import type { Lab } from '../lab/lab.ts';
import { openSession, type Session } from './session.ts';

/** A host that says nothing for so long hears of it when it is next seen. */
const patienceMs = 15_000;

const heardLater = 'a host has not answered yet and hears of it when it is next seen';

/** What hosts have to do before a command is carried out whole. */
export interface Afterwards {
  readonly lab: Lab;
  readonly isDone: (state: CoordinatorState) => boolean;
  /** What is said where a host does not answer in time. @default that it hears of it later */
  readonly otherwise?: string;
}

/** For what asks nothing of a host. */
const nobody: Lab = { hosts: [], inventory: null };

/** Asks the coordinator of a ledger; where none lives, this process is one until the command is carried out. */
export async function ask(
  caller: Caller,
  folder: string,
  command: Command,
  afterwards: Afterwards = { lab: nobody, isDone: () => true },
): Promise<string> {
  const entered = await writeOrAsk(caller, folder, command, false);
  if (entered.kind === 'answered') return entered.answer;
  const { isDone, otherwise = heardLater } = afterwards;
  return asCoordinator(caller, folder, entered.writer, afterwards.lab, async ({ coordinator, failed }) => {
    const answer = await Promise.race([coordinator.ask(command), failed]);
    if (!isDone(coordinator.state)) coordinator.connect();
    for (let waited = 0; waited < patienceMs; waited += 50) {
      if (isDone(coordinator.state)) return answer;
      await Promise.race([pause(50), failed]);
    }
    return `${answer}; ${otherwise}`;
  });
}

/** The same for several, one after the other; none of them asks anything of a host. */
export async function askEach(caller: Caller, folder: string, commands: Iterable<Command>): Promise<void> {
  const left = commands[Symbol.iterator]();
  for (let next = left.next(); next.done !== true; next = left.next()) {
    const { value: first } = next;
    const entered = await writeOrAsk(caller, folder, first, false);
    if (entered.kind === 'opened')
      await asCoordinator(caller, folder, entered.writer, nobody, async ({ coordinator, failed }) => {
        await Promise.race([coordinator.ask(first), failed]);
        for (let more = left.next(); more.done !== true; more = left.next())
          await Promise.race([coordinator.ask(more.value), failed]);
      });
  }
}

async function asCoordinator<Result>(
  caller: Caller,
  folder: string,
  writer: LedgerWriter,
  lab: Lab,
  act: (session: Session) => Promise<Result>,
): Promise<Result> {
  let left: Asked[] = [];
  const session = await openSession({
    folder,
    store: storeFolder(folder),
    hosts: lab.hosts,
    inventory: null,
    writer,
    onCommitted: () => {},
  });
  let result: Result;
  try {
    result = await act(session);
  } finally {
    left = await session.close();
  }
  // Who handed a sweep to this process did not know that it would not stay.
  if (left.length > 0) sayHandedOn(caller, left, await startBehind(folder, left, lab));
  return result;
}
