/**
 * Who uses a session: where they stand, and how a person behind them hears what there is to know and is asked what
 * nobody else can decide.
 */
export interface Caller {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Hears whole lines, each with its end. */
  tell(text: string): void;
  /** Asks a person something to be answered by yes or no; null where nobody sits there. */
  readonly confirm: ((question: string) => Promise<boolean>) | null;
}
