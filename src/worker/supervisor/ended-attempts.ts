/** Attempts that have ended, until what they left is gathered. */
import type { DiskSeen } from '../../model/result/disk-use.ts';
import type { Evidence, WorkerEvent } from '../core/event.ts';
import type { Instruction } from '../core/instruction.ts';
import { checkpointBytes } from '../spool/checkpoint.ts';
import { runFolder } from '../spool/host-folder.ts';
import { readOomKills } from '../telemetry/oom-kills.ts';
import { diskOf } from './disk-of.ts';
import { gather, unreadable } from './gather.ts';
import type { Leftovers } from './leftovers.ts';
import { takeOf } from './live-lines.ts';
import { MetricsSources } from './metrics-sources.ts';
import type { SupervisorOptions } from './supervisor.ts';
import type { Watched } from './watched.ts';

/** Whether nobody will want to look at what it ran as. */
const mayHaveSucceeded = ({ exit, lines, standing, printed }: Evidence, hasResult: boolean): boolean =>
  exit === 0 && (hasResult || lines.length + (standing?.length ?? 0) + printed.length > 0);

export class EndedAttempts {
  readonly #options: Pick<SupervisorOptions, 'host' | 'procRoot' | 'groups' | 'secrets' | 'post'>;
  readonly #leftovers: Leftovers;
  readonly #watched = new Map<string, Watched>();

  /** @param leftovers hears of each whose files have been read */
  constructor(options: SupervisorOptions, leftovers: Leftovers) {
    this.#options = options;
    this.#leftovers = leftovers;
  }

  add(watched: Watched): void {
    this.#watched.set(watched.attempt, watched);
  }

  /** Of one that ended under another agent nothing is known but what the instruction says. */
  gather({ lease, launch, offsets, hasResult }: Extract<Instruction, { kind: 'gather' }>): void {
    const { host, procRoot, groups, secrets } = this.#options;
    const { attempt } = lease;
    const watched = this.#watched.get(attempt);
    this.#watched.delete(attempt);
    const run = watched?.run ?? runFolder(host, attempt);
    const sources = watched?.sources ?? new MetricsSources(run, launch, offsets);
    const seen = watched?.isChild === true;
    const oomKills = (): number | null => readOomKills(procRoot, groups);
    const left = (): number | null => checkpointBytes(host, lease.trial);
    const post = (event: WorkerEvent): void => {
      this.#options.post(event);
      const succeeded = event.kind === 'gathered' && mayHaveSucceeded(event.evidence, hasResult);
      this.#leftovers.gathered({ attempt, launch, succeeded });
    };
    const redaction = secrets.of(attempt);
    const read = takeOf(attempt, launch, sources, this.#options);
    try {
      const diskFull = watched?.endedOnFullDisk === true;
      const disk = (): DiskSeen | null => (watched === undefined ? null : diskOf(watched, host));
      const facts = { seen, diskFull, disk, hasResult, oomKills, checkpointBytes: left, read, redaction };
      const evidence = gather(run, launch, sources, facts);
      if (!(evidence instanceof Promise)) return post({ kind: 'gathered', attempt, evidence });
      evidence.then(
        (gathered) => post({ kind: 'gathered', attempt, evidence: gathered }),
        (error: unknown) => post(unreadable(attempt, redaction, error)),
      );
    } catch (error) {
      post(unreadable(attempt, redaction, error));
    }
  }
}
