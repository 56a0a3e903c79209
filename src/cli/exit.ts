/** Exit codes that scripts may rely on (docs/commands.md). */
export const exitCode = { done: 0, failedInPart: 1, badInput: 2, noHost: 3, interrupted: 130 } as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

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
