import { existsSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import type { ResolvedProgram } from '../../coordinator/declaration.ts';
import { sha256Hex } from '../../model/grid/canonical.ts';
import type { CommandProgram } from '../../model/sweep/sweep-file.ts';
import { nearestName } from '../../model/source/nearest.ts';
import { programs } from '../../programs/registry.ts';
import { Bystanders, type UsedPlaces } from './bystanders.ts';
import type { Caller } from '../caller.ts';
import { SessionError } from '../session-error.ts';
import { type OwnFile, ownFileOf } from './own-file.ts';
import { programFolder } from '../package-files.ts';
import { quoted } from '../text/quoted.ts';
import { readRequirements } from './requirements-file.ts';
import { type LoadedSweep, refusalAt } from '../sweep/sweep-source.ts';
import { type ReadFolder, readFolder } from '../content/take-in.ts';

/** A sweep's program whose files were read and may be sent to hosts. */
export interface ReadProgram {
  readonly program: ResolvedProgram;
  /** Null where the sweep names no folder. */
  readonly files: ProgramFiles | null;
  /** Snapshots its files in a content store: later edits do not reach the trials. */
  readonly keep: (store: string) => Promise<void>;
}

export interface ProgramFiles extends Pick<ReadFolder, 'hash' | 'files' | 'leavesOut' | 'keep'> {
  readonly folder: string;
  /** What lies among them and is no part of the program. */
  readonly bystanders: Bystanders;
}

/** @throws SessionError where files are missing, or are not for hosts */
export async function readProgram(
  caller: Caller,
  loaded: LoadedSweep,
  places: Omit<UsedPlaces, 'sweepFiles'>,
): Promise<ReadProgram> {
  const { program } = loaded.sweep;
  return program.kind === 'builtin'
    ? readBuiltin(program.name)
    : readCommand(caller, loaded, program, places);
}

async function readBuiltin(name: string): Promise<ReadProgram> {
  const description = programs[name];
  if (description === undefined) throw new SessionError(`there is no program ${name}.`);
  const folder = programFolder(name);
  const { hash, keep } = await readFolder(
    folder,
    'nothing',
    (problems) => new SessionError(problems.map((problem) => `${folder}: ${problem}`).join('\n')),
  );
  return {
    program: {
      name,
      identity: { kind: 'builtin', name, version: description.version },
      launch: {
        command: [...description.command],
        argStyle: 'plain',
        files: hash,
        engines: [],
        env: {},
        activate: null,
        python: null,
        setup: null,
        passEnv: [],
        metrics: { stdout: [], csv: null },
      },
      description,
    },
    files: null,
    keep,
  };
}

async function readCommand(
  caller: Caller,
  loaded: LoadedSweep,
  program: CommandProgram,
  places: Omit<UsedPlaces, 'sweepFiles'>,
): Promise<ReadProgram> {
  const { command, argStyle, env, metrics, activate, setup, passEnv } = program;
  const booleans =
    program.booleans === null || program.booleans === 'flag' ? {} : { booleans: program.booleans };
  const used = { ...places, sweepFiles: loaded.files };
  const read = program.files === null ? null : await readFiles(caller, loaded, program.files, command, used);
  requireOwnFile(loaded, program, read?.files ?? []);
  const files = read?.hash ?? null;
  const python = program.python === null ? null : readRequirements(caller, loaded, program.python);
  return {
    program: {
      name: command.slice(0, 2).join(' '),
      identity: {
        kind: 'command',
        command,
        files,
        env: identityEnv(env),
        argStyle,
        ...booleans,
        ...(activate === null ? {} : { activate }),
        ...(python === null ? {} : { python: sha256Hex(python) }),
        ...(setup === null ? {} : { setup }),
      },
      launch: {
        command,
        argStyle,
        ...booleans,
        files,
        engines: [],
        env,
        activate,
        python,
        setup,
        passEnv,
        metrics,
      },
      description: null,
    },
    files: read,
    keep: read?.keep ?? (async () => {}),
  };
}

/** What `activate` or `setup` bring about can be seen only on a host. */
function requireOwnFile(loaded: LoadedSweep, program: CommandProgram, there: ReadFolder['files']): void {
  const { command, files, activate, setup } = program;
  const own = activate === null && setup === null ? ownFileOf(command) : null;
  const problem = own === null ? null : ownFileProblem(own, files, there);
  if (own !== null && problem !== null) throw refusalAt(loaded, ['program', 'command', own.at], [problem]);
}

/** Null where it can be started, or read by the interpreter that stands before it (Python reads folders too). */
function ownFileProblem(own: OwnFile, files: string | null, there: ReadFolder['files']): string | null {
  const isStarted = own.at === 0;
  const found = there.find(({ path }) => path === own.path);
  const place = files === null ? '' : ` in ${files}`;
  if (found !== undefined)
    return isStarted && !found.executable
      ? `${own.path}${place} is not executable; run: chmod +x ${quoted(posix.join(files ?? '', own.path))}`
      : null;
  if (there.some(({ path }) => path.startsWith(`${own.path}/`)))
    return isStarted ? `${own.path}${place} is a folder; name the file in it that is the program` : null;
  const nearest = nearestName(
    own.path,
    there.map(({ path }) => path),
  );
  const advice =
    files === null
      ? 'name the folder that it lies in as `files` of the program'
      : `it is not there, or .labsweepignore leaves it out${nearest === null ? '' : `; did you mean ${nearest}?`}`;
  return `the program has no file ${own.path}${place}: ${advice}`;
}

async function readFiles(
  caller: Caller,
  loaded: LoadedSweep,
  files: string,
  command: readonly string[],
  used: UsedPlaces,
): Promise<ProgramFiles> {
  const refuse = (problems: readonly string[]): SessionError =>
    refusalAt(loaded, ['program', 'files'], problems);
  const folder = resolve(caller.cwd, files);
  if (!existsSync(folder)) throw refuse([`there is no folder ${files}`]);
  const bystanders = new Bystanders(folder, command, used);
  return { folder, bystanders, ...(await readFolder(folder, 'usual', refuse, bystanders)) };
}

/** `$$NAME` says what `$NAME` said before that was refused: the same program. */
const identityEnv = (env: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value.replaceAll(/\$\$(?=[A-Z_])/g, '$')]),
  );
