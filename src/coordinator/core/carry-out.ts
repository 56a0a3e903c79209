/** A command of a person, carried out and answered. */
import { forgetCeiling } from './ceilings.ts';
import type { Command } from './command.ts';
import { cancelOthers, pause, stop } from './commands.ts';
import { drain, switchOff, takeInUse, trust } from './host-commands.ts';
import { takeResults } from './imports.ts';
import { goOn, resume, retry, run, runPart } from './run-commands.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { isSuspect } from '../hosts/suspicion.ts';
import type { CoordinatorTurn } from './turn.ts';

export function carryOut(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  command: Command,
  by: number,
  now: number,
): void {
  turn.instruct({ kind: 'answer', to: by, message: answerTo(state, turn, command, now) });
}

function answerTo(state: CoordinatorState, turn: CoordinatorTurn, command: Command, now: number): string {
  switch (command.kind) {
    case 'run':
      trustHosts(state, turn, now);
      return run(state, turn, command, now);
    case 'run-part':
      trustHosts(state, turn, now);
      return runPart(state, turn, command, now);
    case 'resume':
      trustHosts(state, turn, now);
      return resume(state, turn, command.sweep, now);
    case 'go-on':
      return goOn(state, command.asked);
    case 'pause':
      return pause(state, turn, command.sweep, now);
    case 'stop':
      return stop(state, turn, command.sweep, now);
    case 'drain':
      return drain(state, turn, command.host, now);
    case 'off':
      return switchOff(state, turn, command.host, command.because, now);
    case 'on':
      return takeInUse(state, turn, command.host, now);
    case 'forget':
      return forgetCeiling(state, command.host);
    case 'retry':
      return retry(state, turn, command.trials, now);
    case 'import':
      return importResults(state, turn, command, now);
    default:
      return command satisfies never;
  }
}

/** What runs here of a trial that has a result now is ended. */
function importResults(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  command: Extract<Command, { kind: 'import' }>,
  now: number,
): string {
  const taken = takeResults(state, turn, command, now);
  for (const attempt of taken) cancelOthers(state, turn, attempt);
  return `${taken.length} taken in`;
}

/** Who asks for more has mended what kept trials from starting; a host where it still does is soon left out again. */
function trustHosts(state: CoordinatorState, turn: CoordinatorTurn, now: number): void {
  for (const record of state.ledger.hosts.values())
    if (record.quarantine !== null || isSuspect(record))
      turn.record({ kind: 'host-trusted', at: now, host: record.name });
  for (const host of state.fleet.values()) trust(turn, host);
}
