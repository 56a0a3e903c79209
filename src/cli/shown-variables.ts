import { own } from '../model/own.ts';
import { shortestSecret, whyShown } from '../model/command/passed-value.ts';
import type { Console } from './console.ts';
import type { LoadedSweep } from '../session/sweep/sweep-source.ts';

/** A variable that trials are passed and whose value is not hidden in what they say. */
export interface ShownVariable {
  readonly name: string;
  readonly because: string;
}

/** Of those that are set here. */
export function shownVariables({ env }: Console, { sweep }: LoadedSweep): readonly ShownVariable[] {
  const names = sweep.program.kind === 'command' ? sweep.program.passEnv : [];
  return names.flatMap((name) => {
    const value = own(env, name);
    const why = value === undefined ? null : whyShown(value);
    if (why === null) return [];
    return [
      { name, because: why === 'path' ? 'it is a path' : `it is shorter than ${shortestSecret} characters` },
    ];
  });
}
