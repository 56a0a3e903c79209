/** The lines of `activate` as the commands that bash would run one after the other, whichever of them span several lines. */
import { execFile } from 'node:child_process';

export interface ActivationCommand {
  /** As it was written. */
  readonly text: string;
  /** Its first line that says something, from 1. */
  readonly line: number;
  /** `nosuch` of `eval "$(nosuch)"`; null for any other command. */
  readonly hook: string | null;
}

export type ActivationCommands =
  | { readonly kind: 'commands'; readonly commands: readonly ActivationCommand[] }
  /** `problem`: what bash says of it. */
  | { readonly kind: 'unreadable'; readonly line: number; readonly problem: string };

const limitMs = 10_000;

/**
 * Asks bash, line by line, whether what was read so far is whole: nothing else knows its grammar.
 *
 * @param bash its path on this host
 */
export async function commandsOf(bash: string, text: string): Promise<ActivationCommands> {
  const commands: ActivationCommand[] = [];
  const lines = text.split('\n');
  let begin = 0;
  let problem: string | null = null;
  for (const [index, last] of lines.entries()) {
    const some = lines.slice(begin, index + 1);
    problem = continues(last)
      ? 'the last line goes on after its end'
      : await problemOf(bash, some.join('\n'));
    if (problem !== null) continue;
    await add(bash, commands, some, begin);
    begin = index + 1;
  }
  return problem === null
    ? { kind: 'commands', commands }
    : { kind: 'unreadable', line: begin + lineOf(lines.slice(begin)), problem };
}

/** A command that looks at how the one before has ended is one with it: the failure is expected there. */
const looksBack = /^\s*(if|elif|case|while|until|\[|test\s|\(\(|!|\w+=)[^\n]*(\$\?|\$\{\?\}|PIPESTATUS)/;

async function add(
  bash: string,
  commands: ActivationCommand[],
  lines: readonly string[],
  begin: number,
): Promise<void> {
  if (lines.every(isIdle)) return;
  const text = lines.join('\n');
  const before = looksBack.test(text) ? commands.pop() : undefined;
  if (before !== undefined) commands.push({ ...before, text: `${before.text}\n${text}`, hook: null });
  else commands.push({ text, line: begin + lineOf(lines), hook: await hookOf(bash, text) });
}

async function hookOf(bash: string, text: string): Promise<string | null> {
  const hook = /^\s*eval\s+"\$\((?!\()(.+)\)"\s*;?\s*$/s.exec(text)?.[1] ?? null;
  return hook === null || (await problemOf(bash, hook)) !== null ? null : hook;
}

/** A comment, or nothing. */
const isIdle = (line: string): boolean => /^\s*(#|$)/.test(line);

const lineOf = (lines: readonly string[]): number =>
  1 +
  Math.max(
    0,
    lines.findIndex((line) => !isIdle(line)),
  );

/** bash takes a backslash at the end of all it reads for nothing. */
const continues = (line: string): boolean => (/\\*$/.exec(line)?.[0].length ?? 0) % 2 === 1;

/** What bash has against a text as a whole; null where it is one. Of a here-document without its end it only warns. */
function problemOf(bash: string, text: string): Promise<string | null> {
  return new Promise((resolve) => {
    const options = { env: { LC_ALL: 'C' }, timeout: limitMs };
    const child = execFile(bash, ['-O', 'extglob', '-n'], options, (error, _, said) =>
      resolve(error === null && !said.includes('here-document') ? null : wordsOf(said)),
    );
    child.stdin?.on('error', () => {}); // it has seen enough
    child.stdin?.end(`${text}\n`);
  });
}

/** `bash: line 3: syntax error near unexpected token `fi'` without what leads to it. */
const wordsOf = (said: string): string =>
  said.split('\n', 1)[0]?.replace(/^\S*bash: (line \d+: )?(warning: )?/, '') ?? '';
