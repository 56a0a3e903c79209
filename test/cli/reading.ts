/** The reading verbs on a real ledger file, as a person would run them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach } from 'vitest';
import type { Console } from '../../src/cli/console.ts';
import type { ExitCode } from '../../src/cli/exit.ts';
import { runCommand } from '../../src/cli/program.ts';
import type { MetricsBatch } from '../../src/ledger/metrics-batch.ts';
import { writeLive } from '../../src/ledger/store/live-file.ts';
import { openWriter } from '../../src/ledger/store/open-writer.ts';
import type { LedgerBuilder } from '../ledger-builder.ts';
import { type LiveInput, liveOf } from '../told.ts';

export interface Said {
  readonly out: string;
  readonly err: string;
  readonly code: ExitCode;
}

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'labsweep-cli-'));
  folders.push(folder);
  return folder;
}

/** A folder in which somebody ran sweeps: the ledger lies in its .labsweep. */
export function folderWith(
  built: Pick<LedgerBuilder, 'events'>,
  metrics: readonly MetricsBatch[] = [],
): string {
  const folder = emptyFolder();
  const opened = openWriter(stateFolder(folder), { breakLock: false });
  if (opened.kind !== 'opened') throw new Error(`the test's ledger is ${opened.kind}`);
  opened.writer.commit(built.events, metrics);
  opened.writer.close();
  return folder;
}

export const stateFolder = (folder: string): string => join(folder, '.labsweep');

/** A coordinator says these figures at this moment. */
export function sayLive(
  folder: string,
  live: Pick<LiveInput, 'sweeps' | 'hosts'> & Partial<LiveInput>,
): void {
  writeLive(
    stateFolder(folder),
    liveOf({
      at: Date.now(),
      pid: 4242,
      ledger: null,
      events: 0,
      carries: [],
      inventoryProblem: null,
      ...live,
    }),
  );
}

/** What a person sees of `labsweep VERB ARGS…` in the folder `cwd`. */
export async function read(verb: string, cwd: string, ...args: readonly string[]): Promise<Said> {
  const said = { out: '', err: '' };
  const code = await runCommand([verb, ...args], consoleInto(said, cwd));
  return { ...said, code };
}

/** Where nothing is drawn and nobody can be asked. */
export const consoleInto = (said: { out: string; err: string }, cwd = '/'): Console => ({
  out: (text) => void (said.out += text),
  tell: (text) => void (said.err += text),
  printed: () => ({ write: () => {}, end: () => {} }),
  errStream: new PassThrough(),
  live: false,
  confirm: null,
  columns: 100,
  cwd,
  env: {},
});
