import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { kindOf } from './open-file.ts';

/** Where an agent keeps what must outlive it: `FOLDER/host/MACHINE/`, since a folder may be shared by many hosts. */
export interface HostFolder {
  /** labsweep's folder on the host, absolute. */
  readonly folder: string;
  readonly root: string;
  /** The attempts' folders. */
  readonly runs: string;
  readonly journal: string;
  readonly agentLog: string;
  /** Who serves this folder now. */
  readonly agentFile: string;
  readonly content: string;
}

/** One attempt's files. */
export interface RunFolder {
  readonly root: string;
  /** The wrapper's record of the exit status. */
  readonly exit: string;
  readonly log: string;
  /** By what values of `passEnv` are recognised in its log (secrets/). */
  readonly passed: string;
  readonly params: string;
  readonly report: string;
  /** The program's working directory. */
  readonly work: string;
  readonly artifacts: string;
}

export function openHostFolder(folder: string, machine: string): HostFolder {
  const root = join(folder, 'host', machine);
  const runs = join(root, 'runs');
  makeFolder(runs);
  makeFolder(checkpointsFolder({ root }));
  return {
    folder,
    root,
    runs,
    journal: join(root, 'journal.ndjson'),
    agentLog: join(root, 'agent.log'),
    agentFile: join(root, 'agent.json'),
    content: join(folder, 'content'),
  };
}

/** @throws the system's error, or one for people where something else lies there */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined || found.isDirectory()) throw cause;
    const kind = found.isFile() ? 'a file' : kindOf(found);
    throw new Error(`${path} is ${kind}, and labsweep needs a folder there; remove it`, { cause });
  }
}

/** Plain concatenation: this runs for every trial, and the attempt's name was checked when it was leased. */
export function runFolder(host: HostFolder, attempt: string): RunFolder {
  const root = `${host.runs}/${attempt}`;
  return {
    root,
    exit: `${root}/exit`,
    log: `${root}/log`,
    passed: `${root}/passed.json`,
    params: `${root}/params.json`,
    report: `${root}/report.ndjson`,
    work: `${root}/work`,
    artifacts: `${root}/artifacts`,
  };
}

export const checkpointsFolder = ({ root }: Pick<HostFolder, 'root'>): string => `${root}/checkpoints`;

export const checkpointFolder = (host: HostFolder, trial: string): string =>
  `${checkpointsFolder(host)}/${trial}`;
