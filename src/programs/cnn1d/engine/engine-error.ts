/** An engine that does not work on this host. The message says which and why. */
export class EngineError extends Error {
  readonly code: 'wasm';

  constructor(code: EngineError['code'], message: string) {
    super(message);
    this.name = 'EngineError';
    this.code = code;
  }
}
