/** `activate`: the one place where people's text is given to a shell, in a file of its own. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { sha256Hex } from '../../model/grid/canonical.ts';
import { findProgram } from '../supervisor/program-path.ts';
import { writeAnew, writeWhole } from '../spool/write-whole.ts';
import { commandsOf } from './activation-lines.ts';
import { type ActivationPart, sayingMark, scriptOf, whose } from './activation-script.ts';
import { type Failed, type Place, preparedFolder, runStep } from './place.ts';

export interface Activation {
  readonly kind: 'active';
  /** The command that activates, then runs the argv behind it. */
  readonly command: readonly string[];
  /** PATH behind it. */
  readonly path: string;
}

/** A module system on a slow network file system takes its time; one that asks a question never ends. */
const limitMs = 120_000;
const longestWords = 500;

/** Activates what a host and a sweep ask for, in this order; null where neither does. */
export async function activate(
  place: Place,
  host: string | null,
  sweep: string | null,
): Promise<Activation | Failed | null> {
  if (host === null && sweep === null) return null;
  // An `env` may have set a PATH on which nothing of the system's is.
  const bash = findProgram('bash', `${place.environment['PATH'] ?? ''}:/usr/bin:/bin`, '/');
  if (bash.kind !== 'found') return failed('`activate` needs bash, which this host does not have');
  const parts: ActivationPart[] = [];
  for (const from of ['inventory', 'sweep'] as const) {
    const read = await commandsOf(bash.path, (from === 'inventory' ? host : sweep) ?? '');
    if (read.kind === 'unreadable')
      return failed(`\`activate\`${whose[from]} cannot be read at line ${read.line}: ${read.problem}`);
    parts.push({ from, commands: read.commands });
  }
  return tryScript(place, bash.path, scriptOf(parts));
}

/** Writes the script, and starts a program behind it that says what it finds. */
async function tryScript(place: Place, bash: string, script: string): Promise<Activation | Failed> {
  const folder = preparedFolder(place.host, 'activations');
  const file = `${folder}/${sha256Hex(script).slice(0, 32)}.sh`;
  const log = file.replace(/sh$/, 'log');
  writeWhole(file, script);
  writeAnew(log, '');
  const command = [bash, '-l', file];
  // Not by its output, which is the log's: all that the lines and the login files print stands there in its order.
  const answer = `${folder}/${randomBytes(6).toString('hex')}.path`;
  try {
    const asked = await runStep(place, '`activate`', {
      argv: [...command, '/bin/sh', '-c', 'printf %s "$PATH" >"$1"', 'sh', answer],
      folder: '/',
      log,
      limitMs,
    });
    if (asked.kind === 'failed') return inTheirWords(asked, log);
    if (!existsSync(answer))
      return failed(
        '`activate` ends the shell before the program is started: take `exit` or `exec` out of its lines',
      );
    return { kind: 'active', command, path: readFileSync(answer, 'utf8') };
  } finally {
    rmSync(answer, { force: true });
  }
}

const failed = (message: string): Failed => ({
  kind: 'failed',
  reason: 'setup',
  message,
  logTail: '',
  wanted: null,
});

/** What the script says of a line comes last; what the line itself said stands before it. */
function inTheirWords({ message, logTail, ...rest }: Failed, log: string): Failed {
  const lines = withoutPlaces(logTail).split('\n');
  const said = lines.at(-1)?.startsWith(sayingMark) === true ? lines.pop() : undefined;
  if (said === undefined) return { ...rest, message: withoutPlaces(message), logTail: lines.join('\n') };
  const words =
    lines
      .filter((line) => line.trim() !== '')
      .at(-1)
      ?.trim()
      .slice(0, longestWords) ?? '';
  const what = said.slice(sayingMark.length);
  return {
    ...rest,
    message: `${what}${words === '' ? '' : `: ${words}`} (its log there: ${log})`,
    logTail: lines.join('\n').trimEnd(),
  };
}

/** Of the lines of a script that nobody has seen, bash names file and number before it says what is wrong. */
const withoutPlaces = (said: string): string =>
  said.replace(/\S*\/activations\/[0-9a-f]{32}\.sh: line \d+: /g, '');
