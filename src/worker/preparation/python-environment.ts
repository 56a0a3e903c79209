/** `python: requirements.txt`: one virtual environment for a list of packages and an interpreter. */
import { lastLineOf } from '../../model/printed/printed-lines.ts';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { z } from 'zod';
import { canonicalJson, sha256Hex } from '../../model/grid/canonical.ts';
import { type WantedWheels, wantedWheelsSchema } from '../../protocol/messages.ts';
import { scriptText } from '../../script-text.ts';
import { textOf } from '../spool/log-file.ts';
import { writeAnew, writeWhole } from '../spool/write-whole.ts';
import { type Failed, type Place, preparedFolder, runStep, reachDisk } from './place.ts';
import type { Done, Step } from './step.ts';

interface PythonEnvironment {
  readonly kind: 'made';
  readonly folder: string;
}

const askMs = 60_000;

type Run = (what: string, step: Pick<Step, 'argv' | 'log' | 'limitMs' | 'answers'>) => Promise<Done | Failed>;

const whichPython = scriptText('which-python.py', import.meta.url);
const whichWheels = scriptText('which-wheels.py', import.meta.url);

/** What trials would find as python3 behind an activation. */
export interface Interpreter {
  /** `3.11.7` */
  readonly version: string;
  readonly path: string;
}

/**
 * Runs an interpreter by its name, and has it say what it is.
 *
 * @param what the step in the words of the sweep file
 */
export async function askInterpreter(
  place: Place,
  what: string,
  name: string,
  before: readonly string[],
): Promise<{ readonly kind: 'answered'; readonly line: string; readonly interpreter: Interpreter } | Failed> {
  const folder = preparedFolder(place.host, 'python');
  const log = `${folder}/python.log`;
  writeAnew(log, '');
  const argv = [...before, name, '-c', whichPython];
  const which = await runStep(place, what, { argv, folder, log, limitMs: askMs, answers: true });
  if (which.kind === 'failed') return which;
  const line = lastLineOf(which.output);
  const [version, , , path] = whichSchema.parse(JSON.parse(line));
  return { kind: 'answered', line, interpreter: { version, path } };
}

const whichSchema = z.tuple([z.string(), z.string(), z.unknown(), z.string()]);

/** Where the environment of a list of packages is, or would be. */
interface LookedFor {
  readonly kind: 'looked-for';
  /** Its folder; null where it has yet to be made. */
  readonly ready: string | null;
  readonly interpreter: Interpreter;
  readonly key: string;
}

/** By the text of the requirements, the interpreter and the platform. */
export async function lookForEnvironment(
  place: Place,
  requirements: string,
  before: readonly string[],
): Promise<LookedFor | Failed> {
  const folder = preparedFolder(place.host, 'python');
  const which = await askInterpreter(place, '`python` needs python3, which', 'python3', before);
  if (which.kind === 'failed') return which;
  const { line, interpreter } = which;
  const key = sha256Hex(canonicalJson({ requirements, interpreter: line })).slice(0, 32);
  return { kind: 'looked-for', ready: readReady(`${folder}/${key}.json`), interpreter, key };
}

/**
 * Makes the environment, or finds it made.
 *
 * @param before the activation, behind which the interpreter is the one that trials would find
 * @param wheels a folder of wheels: then the network is not asked
 */
export async function pythonEnvironment(
  place: Place,
  requirements: string,
  before: readonly string[],
  wheels: string | null,
): Promise<PythonEnvironment | Failed> {
  const folder = preparedFolder(place.host, 'python');
  const environment = { ...place.environment, PIP_USER: '0' };
  const run: Run = (what, step) => runStep(place, what, { ...step, folder, environment });
  const probe = `${folder}/python.log`;
  const found = await lookForEnvironment(place, requirements, before);
  if (found.kind === 'failed') return found;
  const { key } = found;
  if (found.ready !== null) return { kind: 'made', folder: found.ready };

  await removeStarted(folder, key);
  const made = `${folder}/${key}.${randomBytes(4).toString('hex')}`;
  const log = `${folder}/${key}.log`;
  const list = `${folder}/${key}.txt`;
  writeAnew(log, '');
  writeAnew(list, requirements);
  const limitMs = place.buildMs;
  const create = { argv: [...before, 'python3', '-m', 'venv', made], log, limitMs };
  const created = await run('`python3 -m venv`', create);
  if (created.kind === 'failed') return created;
  const source = wheels === null ? [] : ['--no-index', '--find-links', wheels];
  const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--retries', '2'];
  const python = `${made}/bin/python`;
  const install = { argv: [...before, python, ...pip, ...source, '-r', list], log, limitMs };
  const installed = await run('`pip install`', install);
  if (installed.kind === 'failed') {
    const wanted = wheels === null ? await wantedWheels(run, python, probe) : null;
    await rm(made, { recursive: true, force: true });
    return { ...installed, wanted };
  }
  await reachDisk(made);
  writeWhole(`${folder}/${key}.json`, JSON.stringify({ folder: made }));
  return { kind: 'made', folder: made };
}

const readySchema = z.object({ folder: z.string() });

function readReady(file: string): string | null {
  try {
    const { folder } = readySchema.parse(JSON.parse(textOf(file)));
    return existsSync(`${folder}/bin/python`) ? folder : null;
  } catch {
    return null;
  }
}

/** What an agent that was ended left half made. */
async function removeStarted(folder: string, key: string): Promise<void> {
  const started = readdirSync(folder).filter((name) => new RegExp(`^${key}\\.[0-9a-f]{8}$`).test(name));
  await Promise.all(started.map((name) => rm(`${folder}/${name}`, { recursive: true, force: true })));
}

/** The tags of wheels that would do here; null where pip does not tell. */
async function wantedWheels(run: Run, python: string, log: string): Promise<WantedWheels | null> {
  const ask = { argv: [python, '-c', whichWheels], log, limitMs: askMs, answers: true };
  const asked = await run('pip', ask);
  try {
    return asked.kind === 'done' ? wantedWheelsSchema.parse(JSON.parse(lastLineOf(asked.output))) : null;
  } catch {
    return null;
  }
}
