import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Expansion, expandSweep } from '../../model/grid/expansion.ts';
import { type ParsedSweep, parseSweepFile, type SweepContext } from '../../model/sweep/parse-sweep.ts';
import { issueAt, type KeyPath, renderIssue, type SourceIssue } from '../../model/source/source-issue.ts';
import type { Locate } from '../../model/source/source.ts';
import type { SweepFile } from '../../model/sweep/sweep-file.ts';
import { countTrials, judgeCount } from '../../model/grid/trial-count.ts';
import { programs } from '../../programs/registry.ts';
import type { Caller } from '../caller.ts';
import { SessionError } from '../session-error.ts';
import { readText } from '../place/read-text.ts';

/** What a caller says about a sweep besides its file. */
export interface SweepOptions {
  readonly set?: readonly string[];
  readonly limit?: number;
  readonly replicates?: number;
  readonly name?: string;
  readonly yes?: boolean;
}

export interface LoadedSweep {
  readonly sweep: SweepFile;
  /** As the caller has named it, for people; and the folder that it lies in. */
  readonly path: string;
  readonly folder: string;
  /** Absolute paths of the file and of those that it extends. */
  readonly files: readonly string[];
  readonly points: Extract<Expansion, { kind: 'expanded' }>['points'];
  readonly excluded: Extract<Expansion, { kind: 'expanded' }>['excluded'];
  /** Where its files hold a key, for what is found wrong later. */
  readonly locate: Locate;
}

/**
 * Reads, checks and expands a sweep file. Nothing has started when it refuses (P8).
 *
 * @throws SessionError with every issue that was found
 */
export function loadSweep(caller: Caller, path: string, options: SweepOptions): LoadedSweep {
  const file = resolve(caller.cwd, path);
  const text = readIfThere(file);
  if (text === null)
    throw new SessionError(`${path}: there is no such file. \`labsweep init\` writes a first one.`);
  const files = [file];
  const context: SweepContext = {
    programs,
    readExtended: (extended) => {
      const other = resolve(caller.cwd, extended);
      files.push(other);
      return readIfThere(other);
    },
    ...(options.set === undefined ? {} : { set: options.set }),
    ...(options.limit === undefined ? {} : { limit: options.limit }),
    ...(options.replicates === undefined ? {} : { replicates: options.replicates }),
    ...(options.name === undefined ? {} : { name: options.name }),
  };
  const parsed = accepted(parseSweepFile(text, path, context));
  const verdict = judgeCount(countTrials(parsed.sweep));
  const { sweep, locate } = parsed;
  if (verdict.kind === 'needs-yes' && options.yes !== true)
    throw refusalAt({ locate }, ['grid'], [verdict.message]);
  const expansion = expandSweep(parsed, programs);
  if (expansion.kind === 'refused') throw refusal(expansion.issues);
  const { points, excluded } = expansion;
  return { sweep, path, folder: dirname(file), files, points, excluded, locate };
}

function accepted(parsed: ParsedSweep): Extract<ParsedSweep, { kind: 'sweep' }> {
  if (parsed.kind === 'refused') throw refusal(parsed.issues);
  return parsed;
}

/** All that is wrong with a file a person wrote, each with its place. */
export const refusal = (issues: readonly SourceIssue[]): SessionError =>
  new SessionError(issues.map(renderIssue).join('\n'));

/** What is wrong at one key of a sweep file that could not be told from its text alone. */
export const refusalAt = (
  { locate }: Pick<LoadedSweep, 'locate'>,
  key: KeyPath,
  messages: readonly string[],
): SessionError => refusal(messages.map((message) => issueAt(locate(key), key, message)));

const readIfThere = (file: string): string | null =>
  statSync(file, { throwIfNoEntry: false })?.isFile() === true ? readText(file) : null;
