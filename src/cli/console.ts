import { isatty } from 'node:tty';
import { harmless } from '../model/printed/printable.ts';
import { PrintedText } from '../model/printed/printed-text.ts';
import type { Caller } from '../session/caller.ts';
import { isConfirmed } from './confirm.ts';

/**
 * Where a command writes: documents and tables on `out`, everything else on `err`, by `tell`. Handed to verbs at the door. What
 * goes through is harmless to a terminal: labsweep itself writes no control characters, so that any comes from a name,
 * a value or a host.
 */
export interface Console extends Caller {
  out(text: string): void;
  /** For the output of a trial's program: as it is into a file or a pipe, with its colours on a terminal. */
  printed(to: 'out' | 'err'): PrintedOutput;
  /** The stream behind `tell`, for what draws over itself. */
  readonly errStream: NodeJS.WritableStream;
  /** Whether that is a terminal that takes live lines. */
  readonly live: boolean;
  readonly columns: number;
}

export interface PrintedOutput {
  write(bytes: Uint8Array): void;
  end(): void;
}

export function processConsole(): Console {
  const live = process.stderr.isTTY && process.env['TERM'] !== 'dumb';
  return {
    out: (text) => process.stdout.write(harmless(text)),
    tell: (text) => process.stderr.write(harmless(text)),
    printed: (to) => printedOn(to === 'out' ? process.stdout : process.stderr),
    errStream: process.stderr,
    live,
    confirm: live && isatty(0) ? isConfirmed : null,
    columns: columnsOf(process.env),
    cwd: process.cwd(),
    env: process.env,
  };
}

/** COLUMNS is what a person or a script has said of it; a pipe has none. */
function columnsOf({ COLUMNS }: NodeJS.ProcessEnv): number {
  if (COLUMNS !== undefined && /^[1-9]\d{0,4}$/.test(COLUMNS)) return Number(COLUMNS);
  const of = (stream: NodeJS.WriteStream): number => (stream.isTTY ? stream.columns : 0);
  return of(process.stdout) || of(process.stderr) || 100;
}

function printedOn(stream: NodeJS.WriteStream): PrintedOutput {
  if (!stream.isTTY) return { write: (bytes) => void stream.write(bytes), end: () => {} };
  // A letter may lie across two pieces.
  const decoder = new TextDecoder();
  const text = new PrintedText();
  return {
    write: (bytes) => void stream.write(text.take(decoder.decode(bytes, { stream: true }))),
    end: () => void stream.write(text.take(decoder.decode()) + text.end()),
  };
}
