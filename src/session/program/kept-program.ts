/**
 * Under which identity a program's trials run: the present one, or the one that results were earned under. Where files
 * changed since, the person says whether these results still count (`--keep`: trials keep the identity of the old files)
 * or are trained anew (`--fresh`).
 */
import { z } from 'zod';
import {
  type Declared,
  declare,
  type ResolvedData,
  type ResolvedProgram,
} from '../../coordinator/declaration.ts';
import { isDone } from '../../ledger/results.ts';
import type { LedgerState, Sweep } from '../../ledger/state.ts';
import { canonicalJson } from '../../model/grid/canonical.ts';
import type { ProgramIdentity } from '../../model/grid/identity.ts';
import { contentHashSchema } from '../../model/ids.ts';
import { changesText } from './changed-files.ts';
import { counted } from '../text/counted.ts';
import { SessionError } from '../session-error.ts';
import { FormerFiles } from './former-files.ts';
import type { ReadProgram } from './program-files.ts';
import type { LoadedSweep } from '../sweep/sweep-source.ts';

/** What a person has decided about results that were earned before. */
export interface Decision {
  readonly keep?: boolean;
  readonly fresh?: boolean;
}

export interface Asked {
  readonly ledger: LedgerState;
  readonly loaded: LoadedSweep;
  readonly read: ReadProgram;
  readonly data: ResolvedData | null;
  /** Null where there is none yet. */
  readonly stateFolder: string | null;
}

/** @throws SessionError where files changed and nobody has decided */
export async function keptProgram(asked: Asked, { keep, fresh }: Decision): Promise<ResolvedProgram> {
  const { ledger, loaded, read, stateFolder } = asked;
  const { program } = read;
  const former = new FormerFiles(read.files, stateFolder);
  const present = { ...program, identity: await presentIdentity(asked, former) };
  const before = ledger.sweeps.get(loaded.sweep.name);
  const identity = before === undefined ? null : earlierIdentity(before, present.identity);
  if (
    before === undefined ||
    identity === null ||
    before.counts.succeeded + before.counts.diverged === 0 ||
    fresh === true
  )
    return present;
  const kept = { ...program, identity };
  if (keep === true || isDecided(ledger, before, program)) return kept;
  const atStake = countResults(asked, identity);
  if (atStake === 0) return present;
  const changes = await former.changesSince(identity.files);
  throw new SessionError(
    `the files of ${program.name} changed since ${counted(atStake, 'result')} of sweep ${before.name} ` +
      `(${shortFiles(identity)} → ${shortFiles(program.identity)})${changes === null ? '' : `; ${changesText(changes)}`}.\n` +
      'Say --keep to go on with these results, or --fresh to train them anew with the files as they are.' +
      (changes === null || changes.added.length === 0
        ? ''
        : '\nA file that is no part of the program is named in .labsweepignore, which changes nothing else.'),
  );
}

/** Trials of the file with the program as it was when the sweep was declared: `--fresh` gives up their results. */
export function trialsBefore({ ledger, loaded, read: { program }, data }: Asked): ReadonlySet<string> {
  const before = ledger.sweeps.get(loaded.sweep.name);
  const identity = before === undefined ? null : earlierIdentity(before, program.identity);
  if (identity === null) return new Set();
  const then = { ...program, identity };
  // Under both names that a training may have: its own, and that by which it was trained anew for the objective.
  const named = [false, true].flatMap(
    (isAnew) => declare(loaded.sweep, loaded.path, loaded.points, then, data, () => isAnew).points,
  );
  return new Set(named.flatMap(({ trials }) => trials));
}

type CommandIdentity = Extract<ProgramIdentity, { kind: 'command' }>;

/**
 * Of the files as they are. Older versions of labsweep counted files that are left out now: an identity that the ledger has
 * of the same files goes on. The sweep's own goes before the others, of which the one with most results is taken.
 */
async function presentIdentity(asked: Asked, former: FormerFiles): Promise<ProgramIdentity> {
  const { ledger, loaded, read } = asked;
  const { identity: now } = read.program;
  const own = ledger.sweeps.get(loaded.sweep.name);
  if (own !== undefined && canonicalJson(own.declaration.program) === canonicalJson(now)) return now;
  const others = [...ledger.sweeps.values()].filter((sweep) => sweep !== own);
  const known = new Map<string | null, CommandIdentity>();
  for (const sweep of own === undefined ? others : [own, ...others]) {
    const identity = earlierIdentity(sweep, now);
    if (identity === null || known.has(identity.files) || !(await former.areSame(identity.files))) continue;
    if (sweep === own) return identity;
    known.set(identity.files, identity);
  }
  let best = now;
  let most = known.size === 0 ? 0 : countResults(asked, now);
  for (const identity of known.values()) {
    const results = countResults(asked, identity);
    if (results > most) [most, best] = [results, identity];
  }
  return best;
}

const identitySchema = z.object({ kind: z.literal('command'), files: contentHashSchema.nullable() }).loose();

/** The identity that a sweep's results have, where it differs from the present one in the files alone. */
function earlierIdentity(sweep: Sweep, now: ProgramIdentity): CommandIdentity | null {
  const before = identitySchema.safeParse(sweep.declaration.program);
  if (!before.success || now.kind !== 'command' || before.data.files === now.files) return null;
  const { files } = before.data;
  const earlier = { ...now, files };
  return canonicalJson(earlier) === canonicalJson(sweep.declaration.program) ? earlier : null;
}

/** Whether the sweep was declared with these very files under its earlier identity: a person has said `--keep` then. */
const isDecided = ({ launches }: LedgerState, { declaration }: Sweep, { launch }: ResolvedProgram): boolean =>
  launches.get(declaration.launch)?.files === launch.files;

/** Results that the trials of the file have under an identity. */
function countResults({ ledger, loaded, read, data }: Asked, identity: ProgramIdentity): number {
  const { sweep, path, points } = loaded;
  const declared: Declared = declare(sweep, path, points, { ...read.program, identity }, data);
  const trials = declared.points.flatMap((point) => point.trials);
  return trials.filter((id) => isDone(ledger, id)).length;
}

const shortFiles = (identity: ProgramIdentity): string =>
  identity.kind === 'command' ? (identity.files ?? 'no files').slice(0, 8) : identity.name;
