import { ownWordsFor } from '../source/foreign-keys.ts';
import { gridIssues } from '../grid/grid-check.ts';
import { sweepJsonSchema } from '../source/json-schema.ts';
import { normaliseSweep } from './normalise-sweep.ts';
import { nulIssues } from '../source/nul-check.ts';
import type { ProgramDescription } from '../program.ts';
import { schemaIssues } from '../source/schema-issues.ts';
import { knownKeys } from '../source/schema-keys.ts';
import { inFileOrder, issueAt, type KeyPath, type SourceIssue } from '../source/source-issue.ts';
import type { Locate } from '../source/source.ts';
import { sweepIssues } from './sweep-check.ts';
import type { SweepFile } from './sweep-file.ts';
import { type SweepInput, sweepInput } from './sweep-input.ts';
import { layerSweep } from './sweep-layers.ts';

/** What a sweep file is read with. What the command line says overrides the file. */
export interface SweepContext {
  readonly programs: Readonly<Record<string, ProgramDescription>>;
  /** The text of a file that another extends, by the path as seen from where `path` counts; null where there is none. */
  readonly readExtended: (path: string) => string | null;
  /** What stands after each `--set`: `fixed.epochs=2`. */
  readonly set?: readonly string[] | undefined;
  /** Only the first so many points. */
  readonly limit?: number | undefined;
  readonly replicates?: number | undefined;
  readonly name?: string | undefined;
}

const maxReplicates = 100_000;

export type ParsedSweep =
  | {
      readonly kind: 'sweep';
      readonly sweep: SweepFile;
      /** Where the files hold a key: expansion reports what it finds wrong at its place. */
      readonly locate: Locate;
      /** Whether the file has a list of grids; their keys then are `grid[0]`, `grid[1]`, … */
      readonly listOfGrids: boolean;
    }
  | { readonly kind: 'refused'; readonly issues: readonly SourceIssue[] };

/**
 * Reads a sweep file: what it says, what it extends, and what the command line changes. Everything that can be told
 * without expanding the grid is checked, so all issues are heard at once and nothing has started (P8).
 */
export function parseSweepFile(text: string, path: string, context: SweepContext): ParsedSweep {
  const layered = layerSweep(text, path, context.readExtended, context.set ?? []);
  if (layered.kind === 'refused') return layered;
  const { value, locate } = layered;
  const nuls = nulIssues(value, locate);
  if (nuls.length > 0) return { kind: 'refused', issues: inFileOrder(nuls) };
  const read = sweepInput.safeParse(value);
  if (!read.success) {
    const schema = sweepJsonSchema();
    const keysAt = (key: KeyPath): readonly string[] => knownKeys(schema, key);
    const words = { locate, keysAt, notYet: new Set<string>(), ownWordsFor };
    return { kind: 'refused', issues: inFileOrder(schemaIssues(read.error.issues, value, words)) };
  }
  const input = read.data;
  const replicates = seedsOf(input, context.replicates, locate);
  const sweep = normaliseSweep(input, path, locate, {
    name: context.name ?? null,
    seeds: replicates.seeds,
    limit: context.limit ?? null,
  });
  const issues = [
    ...replicates.issues,
    ...gridIssues(input, locate),
    ...sweepIssues(sweep, input, context, locate),
  ];
  if (issues.length > 0) return { kind: 'refused', issues: inFileOrder(issues) };
  return { kind: 'sweep', sweep, locate, listOfGrids: Array.isArray(input.grid) };
}

/** Replicate r has seed r, or the r-th of `seeds`; the command line may ask for fewer of these. */
function seedsOf(
  { seeds, replicates }: SweepInput,
  asked: number | undefined,
  locate: Locate,
): { readonly seeds: readonly number[]; readonly issues: readonly SourceIssue[] } {
  const count = asked ?? replicates ?? 1;
  const numbered = Array.from({ length: Math.min(count, maxReplicates) }, (_, index) => index + 1);
  const refuse = (key: KeyPath, message: string) => ({
    seeds: numbered,
    issues: [issueAt(locate(key), key, message)],
  });
  if (count > maxReplicates) return refuse(['replicates'], `${count} is above ${maxReplicates}`);
  if (seeds === undefined) return { seeds: numbered, issues: [] };
  if (replicates !== undefined) return refuse(['seeds'], 'stands beside `replicates`; keep one of the two');
  const again = seeds.findIndex((seed, index) => seeds.indexOf(seed) < index);
  if (again >= 0) return refuse(['seeds', again], `${seeds[again]} is there twice`);
  if (asked !== undefined && asked > seeds.length)
    return refuse(['seeds'], `has ${seeds.length} and --replicates asks for ${asked}; add seeds here`);
  return { seeds: asked === undefined ? seeds : seeds.slice(0, asked), issues: [] };
}
