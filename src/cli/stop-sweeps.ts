import { setTimeout as pause } from 'node:timers/promises';
import type { HostEntry } from '../coordinator/coordinator.ts';
import { askHolder } from './hand-over.ts';
import type { Console } from './console.ts';
import { becomeWriter, openSession } from './session.ts';

/** Trials get 10 s to end after they were asked; a host that says nothing by then hears of it when it is next seen. */
const patienceMs = 15_000;

/** Stops by the coordinator that lives, or enters the hosts itself, so that what runs there ends now. */
export async function stopSweeps(
  console: Console,
  folder: string,
  hosts: readonly HostEntry[],
  sweep: string | null,
): Promise<string> {
  const command = { kind: 'stop', sweep } as const;
  const opened = becomeWriter(console, folder, false);
  if (opened.kind === 'held') return askHolder(folder, command, opened.holder);
  const session = await openSession({ folder, hosts, writer: opened.writer, onCommitted: () => {} });
  try {
    const answer = await session.coordinator.ask(command);
    const isHeld = (): boolean =>
      [...session.coordinator.state.ledger.sweeps.values()].some(
        ({ status, counts }) => status.kind === 'stopped' && counts.leased + counts.running > 0,
      );
    if (isHeld()) session.coordinator.connect();
    for (let waited = 0; isHeld() && waited < patienceMs; waited += 50) await pause(50);
    if (!isHeld()) return answer;
    return `${answer}; a host did not answer yet: its trials end when it is next seen`;
  } finally {
    await session.close();
  }
}
