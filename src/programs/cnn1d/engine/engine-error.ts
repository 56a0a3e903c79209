/** An engine that does not work on this host. The message says which and why. */
export class EngineError extends Error {
  readonly code: 'no-start' | 'out-of-memory';

  constructor(code: EngineError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'EngineError';
    this.code = code;
  }
}
