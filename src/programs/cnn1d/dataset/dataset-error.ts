/** A data set that cannot be imported or read. The message says what, where and what would be right. */
export class DatasetError extends Error {
  readonly code: 'no-source' | 'no-clips' | 'no-store' | 'bad-archive';

  constructor(code: DatasetError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'DatasetError';
    this.code = code;
  }
}
