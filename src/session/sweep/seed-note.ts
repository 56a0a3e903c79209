/** Replicates differ in nothing but their seed: whether the program is told it anywhere. */
import { join } from 'node:path';
import { chunksOf } from '../../content/hash-file.ts';
import type { CommandProgram } from '../../model/sweep/sweep-file.ts';
import { own } from '../../model/own.ts';
import { valueText } from '../../model/value.ts';
import type { ProgramFiles } from '../program/program-files.ts';
import type { LoadedSweep } from './sweep-source.ts';

const variable = 'LABSWEEP_SEED';

/** One sentence with its remedy; null where there is nothing to say. */
export async function seedNote(
  { sweep: { program, seeds, fixed } }: LoadedSweep,
  files: ProgramFiles | null,
): Promise<string | null> {
  if (program.kind === 'builtin' || seeds.length < 2 || isTold(program)) return null;
  if (files !== null && (await someFileReads(files))) return null;
  const word = program.argStyle === 'hydra' ? '"seed={seed}"' : '--seed "{seed}"';
  const given = own(fixed, 'seed');
  if (given !== undefined)
    return (
      `Nothing tells the program its seed: \`fixed\` gives all ${seeds.length} replicates of a point the seed ${valueText(given)}, ` +
      `so that they may be one training ${seeds.length} times; take it out of \`fixed\`, and add ${word} to the command.`
    );
  const place = files === null ? 'the sweep names no `files` that could read' : 'none of its files names';
  return (
    `Nothing tells the program its seed: the command has no {seed}, and ${place} ${variable}. The ${seeds.length} replicates of a ` +
    `point may be one training ${seeds.length} times; add ${word} to the command, or read ${variable}.`
  );
}

const isTold = ({ command, activate, setup, env }: CommandProgram): boolean =>
  command.some((word) => word.includes('{seed}')) ||
  [...command, activate ?? '', ...(setup ?? []), ...Object.values(env)].some((word) =>
    word.includes(variable),
  );

async function someFileReads({ folder, files }: ProgramFiles): Promise<boolean> {
  for (const { path } of files) if (await holds(join(folder, path))) return true;
  return false;
}

/** The word may lie across two pieces of a file. */
async function holds(file: string): Promise<boolean> {
  let end: Buffer = Buffer.alloc(0);
  for await (const chunk of chunksOf(file)) {
    const piece = Buffer.concat([end, chunk]);
    if (piece.includes(variable)) return true;
    end = piece.subarray(-variable.length);
  }
  return false;
}
