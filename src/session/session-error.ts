/**
 * `refused`: what was asked for cannot be done, and nothing was changed. `interrupted`: the caller ended it.
 * `replaced`: another ledger lies by now where the one was that the caller follows.
 */
export type SessionErrorKind = 'refused' | 'interrupted' | 'replaced';

/** Ends what was asked of a session: `message` says to a person what happened, where, and what to do next. */
export class SessionError extends Error {
  readonly code = 'SESSION';
  override readonly name = 'SessionError';
  readonly kind: SessionErrorKind;

  constructor(message: string, options: { kind?: SessionErrorKind; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.kind = options.kind ?? 'refused';
  }
}
