import { argumentLengthIssues, tooLongParameter } from '../sweep/argument-length.ts';
import { candidatesOf, gridSizes } from './candidate.ts';
import { canonicalParams } from './canonical.ts';
import type { Params } from './params.ts';
import type { ParsedSweep } from '../sweep/parse-sweep.ts';
import { paramIssueAt } from './point-issue.ts';
import type { ProgramDescription } from '../program.ts';
import { drawnPlaces } from './sample.ts';
import { issueAt, type SourceIssue } from '../source/source-issue.ts';
import { describedAs } from '../sweep/sweep-check.ts';
import type { Exclusion, SweepFile } from '../sweep/sweep-file.ts';
import { countTrials, judgeCount } from './trial-count.ts';
import { own } from '../own.ts';
import { isSameValue } from '../value.ts';

/** One assignment of the sweep's parameters: fixed, varied, and the program's defaults. */
export interface Point {
  /** Its place in the expansion, from 0. */
  readonly index: number;
  readonly params: Params;
  /** The named cases that it is made of, joined; null where no axis has names. */
  readonly case: string | null;
}

export type Expansion =
  | {
      readonly kind: 'expanded';
      readonly points: readonly Point[];
      readonly excluded: readonly { readonly params: Params; readonly because: string }[];
      /** How many points were equal to an earlier one. */
      readonly merged: number;
    }
  | { readonly kind: 'refused'; readonly issues: readonly SourceIssue[] };

/** More would be the same mistake again. */
const mostIssues = 20;
/** Of a sample nearly all of which is excluded. */
const mostDraws = 1_000_000;

/**
 * The points of a sweep in the order of its axes, the first the slowest. Equal points are one; a point that the
 * program refuses is reported where the file sets the value. A sample keeps the grid's order.
 */
export function expandSweep(
  parsed: Extract<ParsedSweep, { kind: 'sweep' }>,
  programs: Readonly<Record<string, ProgramDescription>>,
): Expansion {
  const { sweep, locate } = parsed;
  const verdict = judgeCount(countTrials(sweep));
  if (verdict.kind === 'too-many')
    return { kind: 'refused', issues: [issueAt(locate(['grid']), ['grid'], verdict.message)] };
  const tooLong = argumentLengthIssues(parsed);
  if (tooLong.length > 0) return { kind: 'refused', issues: tooLong };
  const program = sweep.program.kind === 'builtin' ? describedAs(sweep.program.name, programs) : null;
  const gathered = gather(parsed, program);
  if (gathered.issues.length > 0) return { kind: 'refused', issues: gathered.issues };
  if (gathered.points.length === 0)
    return {
      kind: 'refused',
      issues: [issueAt(locate(['exclude']), ['exclude'], 'leaves no point of the grid')],
    };
  return { kind: 'expanded', ...gathered };
}

interface Gathered {
  readonly points: Point[];
  readonly excluded: { readonly params: Params; readonly because: string }[];
  readonly issues: SourceIssue[];
  merged: number;
}

function gather(
  { sweep, locate, listOfGrids }: Extract<ParsedSweep, { kind: 'sweep' }>,
  program: ProgramDescription | null,
): Gathered {
  const gathered: Gathered = { points: [], excluded: [], issues: [], merged: 0 };
  const enough = sweep.sample?.points ?? sweep.limit;
  const seen = new Set<string>();
  const candidates = candidatesOf(sweep);
  const places: bigint[] = [];
  for (const place of placesOf(candidates.size, sweep)) {
    const candidate = candidates.at(place);
    const judged = judge(candidate.params, sweep, program);
    if (judged.kind === 'excluded') {
      gathered.excluded.push({ params: judged.params, because: judged.because });
    } else if (judged.kind === 'refused') {
      for (const issue of judged.issues) {
        const at = paramIssueAt(issue, candidate, { locate, listOfGrids });
        if (!gathered.issues.some((known) => sameIssue(known, at))) gathered.issues.push(at);
      }
      if (gathered.issues.length >= mostIssues) return gathered;
    } else {
      const text = canonicalParams(judged.params, program?.provenance ?? []);
      if (seen.has(text)) gathered.merged += 1;
      else {
        seen.add(text);
        places.push(place);
        gathered.points.push({ index: places.length - 1, params: judged.params, case: candidate.case });
      }
    }
    if (gathered.points.length === enough) break;
  }
  return { ...gathered, points: inGridOrder(gathered.points, places, sweep) };
}

/** Which points of the grids are looked at, in which order. */
function* placesOf(total: bigint, { sample, grids }: SweepFile): Generator<bigint> {
  if (sample !== null) yield* drawnPlaces(total, gridSizes(grids), sample.seed, mostDraws);
  else for (let place = 0n; place < total; place += 1n) yield place;
}

/** A sample is drawn at random and shown in the order of the grid. */
function inGridOrder(
  points: readonly Point[],
  places: readonly bigint[],
  { sample, limit }: SweepFile,
): Point[] {
  const placeOf = ({ index }: Point): bigint => places[index] ?? 0n;
  const ordered = sample === null ? points : points.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
  return ordered.slice(0, limit ?? ordered.length).map((point, index) => ({ ...point, index }));
}

const sameIssue = (a: SourceIssue, b: SourceIssue): boolean => a.key === b.key && a.message === b.message;

type Judged =
  | { readonly kind: 'point'; readonly params: Params }
  | { readonly kind: 'excluded'; readonly params: Params; readonly because: string }
  | (ReturnType<ProgramDescription['complete']> & { readonly kind: 'refused' });

/** Exclusion comes first: a point that a program would refuse may be left out on purpose. */
function judge(
  params: Params,
  { exclude, program: asWritten }: SweepFile,
  program: ProgramDescription | null,
): Judged {
  const because = excludedBecause(params, exclude);
  if (because !== null) return { kind: 'excluded', params, because };
  const tooLong = tooLongParameter(asWritten, params);
  if (tooLong !== null) return { kind: 'refused', issues: [tooLong] };
  if (program === null) return { kind: 'point', params };
  const completed = program.complete(params);
  if (completed.kind === 'refused') return completed;
  const becauseOfDefaults = excludedBecause(completed.params, exclude);
  if (becauseOfDefaults !== null) return { kind: 'excluded', params, because: becauseOfDefaults };
  return { kind: 'point', params: completed.params };
}

function excludedBecause(params: Params, exclude: readonly Exclusion[]): string | null {
  const rule = exclude.find(({ when }) =>
    Object.entries(when).every(([name, values]) => {
      const value = own(params, name);
      return value !== undefined && values.some((one) => isSameValue(one, value));
    }),
  );
  return rule?.because ?? null;
}
