import type { Command } from 'commander';
import type { Console } from './console.ts';
import type { ExitCode } from './exit.ts';

/** A verb: its arguments, one call, one rendering. The action sets the exit code by `done`. */
export type Verb = (console: Console, done: (code: ExitCode) => void) => Command;
