import type { Caller } from '../caller.ts';
import { SessionError } from '../session-error.ts';
import { type LoadedSweep, refusalAt } from '../sweep/sweep-source.ts';
import { own } from '../../model/own.ts';

const isSet = ({ env }: Caller, name: string): boolean => own(env, name) !== undefined;

/** @throws SessionError where a variable that trials are to be passed is not set here */
export function requirePassed(caller: Caller, loaded: LoadedSweep): void {
  const { program } = loaded.sweep;
  const names = program.kind === 'command' ? program.passEnv : [];
  const missing = names.findIndex((name) => !isSet(caller, name));
  if (missing >= 0) throw refusalAt(loaded, ['program', 'passEnv', missing], [notSet(names[missing] ?? '')]);
}

/** The same of a sweep that was declared before. */
export function requirePassedOf(caller: Caller, names: readonly string[]): void {
  const missing = names.find((name) => !isSet(caller, name));
  if (missing !== undefined) throw new SessionError(notSet(missing));
}

const notSet = (name: string): string =>
  `${name} is not set here: export ${name}=… first (its value goes to the trials and is kept nowhere)`;
