import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from '../coordinator/core/command.ts';
import type { CoordinatorState } from '../coordinator/core/state.ts';
import type { HostEntry } from '../coordinator/coordinator.ts';
import type { Console } from './console.ts';
import { storeFolder } from './named-content.ts';
import { writeOrAsk } from './hand-over.ts';
import { openSession } from './session.ts';

/** A host that says nothing for so long hears of it when it is next seen. */
const patienceMs = 15_000;

/** What hosts have to do before a command is carried out whole. */
export interface Afterwards {
  readonly hosts: readonly HostEntry[];
  readonly isDone: (state: CoordinatorState) => boolean;
}

/** Asks the coordinator of a ledger; where none lives, this process is one until the command is carried out. */
export async function ask(
  console: Console,
  folder: string,
  command: Command,
  afterwards: Afterwards = { hosts: [], isDone: () => true },
): Promise<string> {
  const entered = await writeOrAsk(console, folder, command, false);
  if (entered.kind === 'answered') return entered.answer;
  const { hosts, isDone } = afterwards;
  const session = await openSession({
    folder,
    store: storeFolder(folder),
    hosts,
    inventory: null,
    writer: entered.writer,
    onCommitted: () => {},
  });
  try {
    const answer = await Promise.race([session.coordinator.ask(command), session.failed]);
    if (!isDone(session.coordinator.state)) session.coordinator.connect();
    for (let waited = 0; waited < patienceMs; waited += 50) {
      if (isDone(session.coordinator.state)) return answer;
      await Promise.race([pause(50), session.failed]);
    }
    return `${answer}; a host has not answered yet and hears of it when it is next seen`;
  } finally {
    await session.close();
  }
}
