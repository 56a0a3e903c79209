/** Where preparation happens, and what a preparation that failed says. */
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import type { PreparationResult } from '../core/preparation.ts';
import type { Filled } from '../../model/command/variables.ts';
import type { HostFolder } from '../spool/host-folder.ts';
import { formatDuration } from '../../model/duration.ts';
import type { Done, Step, Steps } from './step.ts';

/** What every part of a preparation works with. */
export interface Place {
  readonly host: HostFolder;
  readonly steps: Steps;
  /** What the inventory and the sweep set. */
  readonly own: Filled;
  /** The environment of trials of the launch, as far as a step may have it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Milliseconds after which a step that installs or compiles is ended. */
  readonly buildMs: number;
  /** Hears what goes on, for people. */
  readonly tell: (doing: string) => void;
}

export type Failed = Extract<PreparationResult, { kind: 'failed' }>;

/** A folder of the host for what is prepared, made where it is missing. */
export function preparedFolder({ root }: HostFolder, name: 'activations' | 'python' | 'setups'): string {
  const folder = `${root}/${name}`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** A file server that does not answer is waited for by what uses its files, not by us. */
const syncMs = 60_000;

/**
 * Returns once what was made in a folder has reached the disk, so that what says that it is made never outlives it.
 * `sync -f` syncs its file system alone; before coreutils 8.24 there was only `sync`, for all of them.
 */
export async function reachDisk(folder: string): Promise<void> {
  if (!(await runs('sync', ['-f', folder]))) await runs('sync', []);
}

const runs = (program: string, args: readonly string[]): Promise<boolean> =>
  new Promise((resolve) => execFile(program, args, { timeout: syncMs }, (error) => resolve(error === null)));

/**
 * Runs a step of a preparation, and tells of it while it takes long.
 *
 * @param what the step in the words of the sweep file
 */
export async function runStep(
  { steps, environment, tell }: Place,
  what: string,
  step: Omit<Step, 'environment' | 'running'> & Partial<Pick<Step, 'environment'>>,
): Promise<Done | Failed> {
  const running = (ms: number, words: string): void =>
    tell(`${what} runs for ${formatDuration(ms)}${words === '' ? '' : `: ${words}`}`);
  const ran = await steps.run({ environment, ...step, running });
  if (ran.kind === 'done') return ran;
  const { message, logTail } = ran;
  return {
    kind: 'failed',
    reason: 'setup',
    message: `${what} ${message} (its log there: ${step.log})`,
    logTail,
    wanted: null,
  };
}
