import type { LedgerState, Sweep } from '../ledger/state.ts';
import { sweepName } from '../model/ids.ts';
import type { Console } from './console.ts';
import { CommandError, type ExitCode, exitCode } from './exit.ts';

export function sweepOf(ledger: LedgerState, name: string): Sweep {
  const sweep = ledger.sweeps.get(sweepName(name));
  if (sweep === undefined) throw new CommandError(`there is no sweep ${name} in this ledger.`);
  return sweep;
}

export const exitCodeOf = ({ status, counts }: Sweep): ExitCode =>
  status.kind !== 'open' || counts.failed > 0 ? exitCode.failedInPart : exitCode.done;

/** What a sweep that came to rest amounts to, said where it is not all well. */
export function verdictOf(console: Console, sweep: Sweep): ExitCode {
  const { name, status, counts } = sweep;
  if (status.kind === 'stopped') console.err(stoppedText(sweep, status));
  else if (status.kind === 'paused')
    console.err(`Sweep ${name} is paused; \`labsweep resume ${name}\` goes on.\n`);
  else if (counts.failed > 0)
    console.err(
      `${counts.failed} failed: \`labsweep list ${name} --failed\` shows them, \`labsweep retry --failed\` tries them again.\n`,
    );
  return exitCodeOf(sweep);
}

function stoppedText(
  { name, counts }: Sweep,
  { by, because }: Extract<Sweep['status'], { kind: 'stopped' }>,
): string {
  if (by === 'person') return `Sweep ${name} was stopped by a person; \`labsweep resume ${name}\` goes on.\n`;
  const retry = counts.failed > 0 ? '`labsweep retry --failed` and ' : '';
  return (
    `Sweep ${name} was stopped: its first trials failed in the same way.\n${indent(because)}\n` +
    `Once that is mended, ${retry}\`labsweep run\` ${counts.failed > 0 ? 'go' : 'goes'} on.\n`
  );
}

const indent = (text: string): string =>
  text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
