import { linesOf } from '../../../../model/printed/printed-lines.ts';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { EngineError } from '../engine-error.ts';

/** Where an installation works. */
export interface Workplace {
  readonly folder: string;
  /** Ends what runs there. */
  readonly signal: AbortSignal;
}

const run = promisify(execFile);
/** Hundreds of MB over a slow line. */
const limitMs = 3_600_000;

/** Where a tool that an installation needs comes from. */
const sources: Readonly<Record<string, string>> = {
  npm: 'it comes with Node',
  python3: 'the package python3 of your system has it',
  'g++': 'the package g++ of your system has it',
};

/**
 * Runs a program of this machine that an installation needs. @returns what it printed
 * @throws EngineError where there is none, or it fails: with the last line that it said
 */
export async function runTool(
  { folder, signal }: Workplace,
  tool: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  try {
    const options = {
      cwd: folder,
      signal,
      timeout: limitMs,
      maxBuffer: 64 * 2 ** 20,
      env: { ...process.env, ...env },
    };
    return (await run(tool, [...args], options)).stdout;
  } catch (cause) {
    if (isMissing(cause))
      throw new EngineError('no-start', `There is no ${tool} here: ${sources[tool] ?? 'install it'}.`, cause);
    const line = lastLineOf(cause);
    throw new EngineError('no-start', `${[tool, ...args.slice(0, 2)].join(' ')} failed: ${line}`, cause);
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

function lastLineOf(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
  const lines = linesOf(said);
  return (lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? 'it said nothing').trim();
}
