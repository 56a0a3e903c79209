import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface CommandOptions {
  readonly cwd?: string;
  readonly input?: string;
}

/**
 * Runs a command to its end.
 *
 * @returns what it printed, and how long it took in ms
 * @throws with what it complained of, where it failed
 */
export async function command(
  argv: readonly string[],
  { cwd, input = '' }: CommandOptions = {},
): Promise<{ stdout: string; ms: number }> {
  const [program = '', ...args] = argv;
  const began = performance.now();
  const child = spawn(program, args, { stdio: 'pipe', ...(cwd === undefined ? {} : { cwd }) });
  child.stdin.end(input);
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    }),
  ]);
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${stderr.trim()}`);
  return { stdout, ms: performance.now() - began };
}
