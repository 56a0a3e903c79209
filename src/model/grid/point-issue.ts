import type { Candidate } from './candidate.ts';
import type { ParamIssue } from '../program.ts';
import { issueAt, type KeyPath, type SourceIssue } from '../source/source-issue.ts';
import type { Locate } from '../source/source.ts';

interface Files {
  readonly locate: Locate;
  readonly listOfGrids: boolean;
}

/** A program's word on a parameter, at the place of the file that gives this point the value. */
export function paramIssueAt(
  issue: ParamIssue,
  candidate: Candidate,
  { locate, listOfGrids }: Files,
): SourceIssue {
  const key = keyOf(issue.parameter, candidate, listOfGrids ? ['grid', candidate.grid] : ['grid']);
  if (key !== null) return issueAt(locate(key), key, issue.message);
  return issueAt(locate(['program']), ['program'], `${issue.parameter} by default: ${issue.message}`);
}

function keyOf(parameter: string, { axes, indices, params }: Candidate, grid: KeyPath): KeyPath | null {
  for (const [place, axis] of axes.entries()) {
    const index = indices[place] ?? 0;
    if (axis.kind === 'cases') {
      const named = axis.cases[index];
      if (named !== undefined && Object.hasOwn(named.params, parameter))
        return [...grid, axis.name, named.name, parameter];
    } else if (axis.name === parameter) {
      return axis.kind === 'list' ? [...grid, axis.name, index] : [...grid, axis.name];
    }
  }
  return Object.hasOwn(params, parameter) ? ['fixed', parameter] : null;
}
