import type { LedgerState, Sweep } from '../ledger/state.ts';
import { sweepName } from '../model/ids.ts';
import type { Console } from './console.ts';
import { CommandError, type ExitCode, exitCode } from './exit.ts';

export function sweepOf(ledger: LedgerState, name: string): Sweep {
  const sweep = ledger.sweeps.get(sweepName(name));
  if (sweep === undefined) throw new CommandError(`there is no sweep ${name} in this ledger.`);
  return sweep;
}

/** What a sweep that came to rest amounts to, said where it is not all well. */
export function verdictOf(console: Console, sweep: Sweep): ExitCode {
  if (sweep.status.kind === 'stopped') {
    console.err(stoppedText(sweep, sweep.status));
    return exitCode.failedInPart;
  }
  if (sweep.counts.failed === 0) return exitCode.done;
  console.err(
    `${sweep.counts.failed} failed: \`labsweep list ${sweep.name} --failed\` shows them, \`labsweep retry --failed\` tries them again.\n`,
  );
  return exitCode.failedInPart;
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
