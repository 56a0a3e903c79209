import type { RunOutcome } from '../session/run/run-outcome.ts';
import { SessionError, type SessionErrorKind } from '../session/session-error.ts';

/** Exit codes that scripts may rely on (docs/commands.md). */
export const exitCode = { done: 0, failedInPart: 1, badInput: 2, noHost: 3, interrupted: 130 } as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** The same of what a session was asked for. */
export const exitCodeOf: Readonly<Record<RunOutcome, ExitCode>> = {
  done: exitCode.done,
  'failed-in-part': exitCode.failedInPart,
  'no-host': exitCode.noHost,
  interrupted: exitCode.interrupted,
};

const exitCodeOfError: Readonly<Record<SessionErrorKind, ExitCode>> = {
  refused: exitCode.badInput,
  interrupted: exitCode.interrupted,
  replaced: exitCode.failedInPart,
};

/** Ends a command: `message` says what, where and what to do next, and is all that a person sees of it. */
export class CommandError extends Error {
  readonly code = 'COMMAND';
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;

  constructor(message: string, options: { exitCode?: ExitCode; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.exitCode = options.exitCode ?? exitCode.badInput;
  }
}

/** What is no refusal is a fault, of labsweep or of the machine. */
export function exitCodeAfter(error: unknown): ExitCode {
  if (error instanceof CommandError) return error.exitCode;
  return error instanceof SessionError ? exitCodeOfError[error.kind] : exitCode.failedInPart;
}
