/** `activate`: the one place where people's text is given to a shell, in a file of its own. */
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { sha256Hex } from '../../model/canonical.ts';
import { findProgram } from '../supervisor/program-path.ts';
import { writeAnew, writeWhole } from '../spool/write-whole.ts';
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

/**
 * The script. Arguments are kept from the lines, since a sourced file would take them for its own; and a folder that
 * the lines or the login files went to is left again. The virtual environment comes before what they put on the PATH,
 * and a trial keeps to its own GPU.
 */
const scriptOf = (parts: readonly string[]): string =>
  [
    'labsweep_folder=$PWD',
    'labsweep_argv=("$@")',
    'set --',
    ...parts.flatMap((part) => [
      part,
      'labsweep_status=$?; [ "$labsweep_status" -eq 0 ] || exit "$labsweep_status"',
    ]),
    'if [ -n "${LABSWEEP_PYTHON:-}" ]; then',
    '  unset PYTHONHOME',
    '  export VIRTUAL_ENV="$LABSWEEP_PYTHON" PATH="$LABSWEEP_PYTHON/bin:$PATH"',
    'fi',
    'if [ -n "${LABSWEEP_GPU+set}" ]; then',
    '  export CUDA_DEVICE_ORDER=PCI_BUS_ID CUDA_VISIBLE_DEVICES="$LABSWEEP_GPU"',
    'fi',
    'cd "${LABSWEEP_FOLDER:-$labsweep_folder}" || exit',
    'set -- "${labsweep_argv[@]}"',
    'exec "$@"',
    '',
  ].join('\n');

/** Activates what a host and a sweep ask for, in this order; null where neither does. */
export async function activate(
  place: Place,
  host: string | null,
  sweep: string | null,
): Promise<Activation | Failed | null> {
  const parts = [host, sweep].filter((part) => part !== null);
  return parts.length === 0 ? null : activateParts(place, parts);
}

/** Writes the script, and tries it. */
async function activateParts(place: Place, parts: readonly string[]): Promise<Activation | Failed> {
  const bash = findProgram('bash', place.environment['PATH'] ?? '', '/');
  if (bash.kind !== 'found')
    return {
      kind: 'failed',
      reason: 'no-such-program',
      message: '`activate` needs bash, which this host does not have',
      logTail: '',
      wanted: null,
    };
  const script = scriptOf(parts);
  const folder = preparedFolder(place.host, 'activations');
  const file = `${folder}/${sha256Hex(script).slice(0, 32)}.sh`;
  const log = file.replace(/sh$/, 'log');
  writeWhole(file, script);
  writeAnew(log, '');
  const command = [bash.path, '-l', file];
  // Not by its output, which is the log's: all that the lines and the login files print stands there in its order.
  const answer = `${folder}/${randomBytes(6).toString('hex')}.path`;
  try {
    const asked = await runStep(place, '`activate`', {
      argv: [...command, 'sh', '-c', 'printf %s "$PATH" >"$1"', 'sh', answer],
      folder: '/',
      log,
      limitMs,
    });
    if (asked.kind === 'failed')
      return { ...asked, message: inTheirWords(asked.message), logTail: inTheirWords(asked.logTail) };
    return { kind: 'active', command, path: readFileSync(answer, 'utf8') };
  } finally {
    rmSync(answer, { force: true });
  }
}

/** Of the lines of a script that nobody has seen, bash names file and number before it says what is wrong. */
const inTheirWords = (said: string): string =>
  said.replace(/\S*\/activations\/[0-9a-f]{32}\.sh: line \d+: /g, '');
