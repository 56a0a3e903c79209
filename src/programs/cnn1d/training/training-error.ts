/** A training that cannot begin or go on. The message is one plain sentence for a person. */
export class TrainingError extends Error {
  readonly code: 'words' | 'no-clips' | 'environment';

  constructor(code: TrainingError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'TrainingError';
    this.code = code;
  }
}
