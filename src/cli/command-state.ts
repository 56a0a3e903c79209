import { resolve } from 'node:path';
import { findStateFolder } from '../ledger/store/state-folder.ts';
import { askHolder } from './hand-over.ts';
import type { Console } from './console.ts';
import { CommandError } from './exit.ts';
import { becomeWriter, openSession } from './session.ts';

/** The state folder of a command that names no sweep file. @throws CommandError where there is none */
export function existingStateFolder(console: Console, named: string | undefined): string {
  const folder = named === undefined ? findStateFolder(console.cwd) : resolve(console.cwd, named);
  if (folder === null)
    throw new CommandError('there is no .labsweep here or above. `labsweep run SWEEP` starts one.');
  return folder;
}

/**
 * Asks the coordinator of a ledger; where none lives, commits the command itself and leaves. Hosts are not entered for
 * it: what runs there hears of it when the next coordinator attaches.
 */
export async function askCoordinator(
  console: Console,
  folder: string,
  command: Parameters<Awaited<ReturnType<typeof openSession>>['coordinator']['ask']>[0],
): Promise<string> {
  const opened = becomeWriter(console, folder, false);
  if (opened.kind === 'held') return askHolder(folder, command, opened.holder);
  const session = await openSession({ folder, hosts: [], writer: opened.writer, onCommitted: () => {} });
  try {
    return await session.coordinator.ask(command);
  } finally {
    await session.close();
  }
}
