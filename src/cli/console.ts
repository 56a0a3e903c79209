/** Where a command writes: documents and tables on `out`, everything else on `err`. Handed to verbs at the door. */
export interface Console {
  out(text: string): void;
  err(text: string): void;
  /** The stream behind `err`, for what draws over itself. */
  readonly errStream: NodeJS.WritableStream;
  /** Whether `err` is a terminal that takes live lines and colour. */
  readonly live: boolean;
  readonly colour: boolean;
  readonly columns: number;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** NO_COLOR (no-color.org) holds, whatever its value, unless it is empty. */
export function processConsole(): Console {
  const noColour = (process.env['NO_COLOR'] ?? '') !== '';
  return {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    errStream: process.stderr,
    live: process.stderr.isTTY && process.env['TERM'] !== 'dumb',
    colour: process.stdout.isTTY && !noColour,
    columns: process.stderr.isTTY ? process.stderr.columns || 100 : 100,
    cwd: process.cwd(),
    env: process.env,
  };
}
