import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ResolvedProgram } from '../coordinator/declaration.ts';
import type { ContentHash } from '../model/ids.ts';
import type { CommandProgram, SweepFile } from '../model/sweep-file.ts';
import { programs } from '../programs/registry.ts';
import type { Console } from './console.ts';
import { CommandError } from './exit.ts';
import { programFolder } from './package-files.ts';
import { takeIn } from './take-in.ts';

/**
 * A sweep's program, with a snapshot of its files in the content store: later edits do not reach its trials. Without
 * a store the files are only hashed, for a plan.
 */
export async function resolveProgram(
  console: Console,
  sweep: SweepFile,
  store: string | null,
): Promise<ResolvedProgram> {
  return sweep.program.kind === 'builtin'
    ? resolveBuiltin(sweep.program.name, store)
    : resolveCommand(console, sweep.program, store);
}

async function resolveBuiltin(name: string, store: string | null): Promise<ResolvedProgram> {
  const description = programs[name];
  if (description === undefined) throw new CommandError(`there is no program ${name}.`);
  return {
    name,
    identity: { kind: 'builtin', name, version: description.version },
    launch: {
      command: [...description.command],
      argStyle: 'plain',
      files: await takeIn(programFolder(name), store, 'nothing'),
      env: {},
      metrics: { stdout: [], csv: null },
    },
    description,
  };
}

async function resolveCommand(
  console: Console,
  program: CommandProgram,
  store: string | null,
): Promise<ResolvedProgram> {
  const { command, argStyle, env, metrics } = program;
  const files = program.files === null ? null : await takeInFiles(console, program.files, store);
  return {
    name: command.slice(0, 2).join(' '),
    identity: { kind: 'command', command, files, env, argStyle },
    launch: { command, argStyle, files, env, metrics },
    description: null,
  };
}

async function takeInFiles(console: Console, files: string, store: string | null): Promise<ContentHash> {
  const folder = resolve(console.cwd, files);
  if (!existsSync(folder)) throw new CommandError(`${files}: there is no such folder (program.files).`);
  return takeIn(folder, store, 'usual');
}
