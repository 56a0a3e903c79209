/** Where preparation happens, and what a preparation that failed says. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import type { PreparationResult } from '../core/preparation.ts';
import type { HostFolder } from '../spool/host-folder.ts';
import type { StepResult, Steps } from './step.ts';

/** What every part of a preparation works with. */
export interface Place {
  readonly host: HostFolder;
  readonly steps: Steps;
  /** The environment of trials of the launch, as far as a step may have it. */
  readonly environment: Readonly<Record<string, string>>;
}

export type Failed = Extract<PreparationResult, { kind: 'failed' }>;

/** A folder of the host for what is prepared, made where it is missing. */
export function preparedFolder({ root }: HostFolder, name: 'activations' | 'python' | 'setups'): string {
  const folder = `${root}/${name}`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Writes a file whole: it is there with all of its text or not at all. */
export function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.next`, text, { mode: 0o600 });
  renameSync(`${path}.next`, path);
}

/** @param what the step in the words of the sweep file */
export const stepFailed = (
  what: string,
  { message, logTail }: Extract<StepResult, { kind: 'failed' }>,
  log: string,
): Failed => ({
  kind: 'failed',
  reason: 'setup',
  message: `${what} ${message} (its log there: ${log})`,
  logTail,
  wanted: null,
});
