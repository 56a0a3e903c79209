/** Which metrics lines of a trial are kept: the first, the best and the last, and as many between as are useful. */
import type { MetricsLine, Objective } from '../../model/result/metrics.ts';
import { nothingRead, type Offsets } from './journal-record.ts';
import { cast, inOrder, linesOfRoles, noRoles, type Roles, standingOf, isFigure } from './roles.ts';

/** A line a second is kept, so that a program that reports each step does not fill the ledger … */
const linesPerSecond = 1;
/** … but a short trial's whole curve is. */
const burst = 60;
const mostLines = 10_000;
/** Of those, the last places belong to the lines that the end is told from. */
const reserved = Object.keys(noRoles).length;

export interface KeptLines {
  readonly lines: MetricsLine[];
  /** Lines that were thinned out and are kept at the end, unless others take their roles. */
  pending: readonly MetricsLine[];
  /** Of all lines, kept or not. */
  roles: Roles;
  /** How many there were, kept or not. */
  read: number;
  /** How many came since, of which nothing is written down yet. */
  unwritten: number;
  offsets: Offsets;
}

export const noLines = (): KeptLines => ({
  lines: [],
  pending: [],
  roles: noRoles,
  read: 0,
  unwritten: 0,
  offsets: nothingRead,
});

/** What a batch of lines adds to those kept, and what of it may yet be added. */
export interface Thinned {
  readonly lines: MetricsLine[];
  readonly pending: MetricsLine[];
  /** Not null where what was read before counts no more but for these lines, which have their roles from then on. */
  readonly standing: MetricsLine[] | null;
  /** How many lines that was chosen from, with those of which nothing was written down; null in a journal that does not say. */
  readonly read: number | null;
}

/** Lines as they were read, and of which earlier ones they take the place (`Thinned.standing`). */
export interface Batch {
  readonly lines: readonly MetricsLine[];
  readonly standing: readonly MetricsLine[] | null;
}

/** Whether anything in a batch stands for the metric. */
export const tellsOf = ({ lines, standing }: Batch, metric: string): boolean =>
  [...lines, ...(standing ?? [])].some((line) => isFigure(standingOf(line, metric)));

/**
 * Chooses from `batch`, which came when the trial had run for `ranMs`. Changes nothing: `keep` does, from the record.
 */
export function thin(kept: KeptLines, batch: Batch, objective: Objective, ranMs: number): Thinned {
  const allowed = Math.min(mostLines - reserved, burst + Math.floor((ranMs / 1000) * linesPerSecond));
  const standing = batch.standing === null ? null : rolesOf(batch.standing, objective);
  const lines: MetricsLine[] = [];
  let roles = standing ?? kept.roles;
  let pending = standing === null ? kept.pending : [];
  for (const line of batch.lines) {
    roles = cast(roles, line, objective);
    const count = kept.lines.length + lines.length;
    pending = stillWanted(pending, roles);
    if (count < allowed || (line['final'] === true && count < mostLines - reserved)) {
      // What was thinned out stays before what came after it.
      lines.push(...pending, line);
      pending = [];
    } else pending = [...pending, line];
  }
  return {
    lines,
    pending: [...pending],
    standing: standing === null ? null : inOrder(standing),
    read: kept.unwritten + batch.lines.length,
  };
}

function stillWanted(pending: readonly MetricsLine[], roles: Roles): readonly MetricsLine[] {
  if (pending.length === 0) return pending;
  const wanted = linesOfRoles(roles);
  return pending.filter((line) => wanted.has(line));
}

const rolesOf = (lines: readonly MetricsLine[], objective: Objective): Roles =>
  lines.reduce((roles, line) => cast(roles, line, objective), noRoles);

/** Takes the lines of a record over: live and after a restart alike. */
export function keep(kept: KeptLines, added: Thinned, objective: Objective, offsets: Offsets): void {
  if (added.standing !== null) kept.roles = rolesOf(added.standing, objective);
  // A journal repeats what still waits: it is the same line, and keeps its roles.
  const known = linesOfRoles(kept.roles);
  const pending = added.pending.map((line) => sameAmong(known, line) ?? line);
  kept.lines.push(...added.lines);
  kept.read += added.read ?? added.lines.length;
  kept.unwritten = 0;
  for (const line of [...added.lines, ...pending]) kept.roles = cast(kept.roles, line, objective);
  kept.pending = pending;
  kept.offsets = offsets;
}

function sameAmong(known: ReadonlySet<MetricsLine>, line: MetricsLine): MetricsLine | null {
  if (known.has(line)) return line;
  const text = JSON.stringify(line);
  for (const other of known) if (JSON.stringify(other) === text) return other;
  return null;
}
