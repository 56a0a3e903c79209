import type { Launch } from '../../model/launch.ts';
import type { MetricsLine, Objective } from '../../model/result/metrics.ts';
import type { DiskSeen } from '../../model/result/disk-use.ts';
import type { Evidence, WorkerEvent } from '../core/event.ts';
import { nothingRead } from '../core/journal-record.ts';
import { type Batch, tellsOf } from '../core/kept-lines.ts';
import { spaceWords } from '../core/space-words.ts';
import { listArtifacts } from '../spool/artifacts.ts';
import { ranByFilesMs, readExitRecord } from '../spool/exit-record.ts';
import type { Redaction } from '../secrets/redaction.ts';
import type { RunFolder } from '../spool/host-folder.ts';
import { cutAt, cutLog, longestLogBytes, tailOf, withOpened } from '../spool/log-file.ts';
import { keptForm } from './kept-form.ts';
import type { MetricsSources } from './metrics-sources.ts';
import { printedIn } from './printed-result.ts';

/** Of a log, what is looked at for the ledger to explain an end, and what goes there. */
const lookedAtBytes = 64 * 1024;
const tailChars = 8 * 1024;
const tailLines = 40;

/** What else is known of an attempt, or has to be asked for only where it matters. */
export interface GatherFacts {
  /** Whether an agent saw it end; else its files tell how long it ran. */
  readonly seen: boolean;
  readonly oomKills: () => number | null;
  /** Whether nothing was left of the disk when it ended. */
  readonly diskFull: boolean;
  /** What it wrote there, and what there was for it; null where that is not known. */
  readonly disk: () => DiskSeen | null;
  readonly checkpointBytes: () => number | null;
  /** Whether the objective was reported already. */
  readonly hasResult: boolean;
  /** Takes the lines of one look, where there are more than one look takes. */
  readonly read: (batch: Batch) => void;
  /** What is taken out of its words. Lines that `read` takes have it done to them there. */
  readonly redaction: Redaction;
}

/**
 * What an attempt left, once nothing of it runs. At once where it left no artifacts and few lines, so that a short trial
 * costs no turn of the event loop.
 */
export function gather(
  run: RunFolder,
  launch: Launch,
  sources: MetricsSources,
  facts: GatherFacts,
): Evidence | Promise<Evidence> {
  if (!isFarBehind(sources)) return gatherRest(run, launch, sources, facts);
  return catchUp(sources, facts, launch.objective.metric).then((hasResult) =>
    gatherRest(run, launch, sources, { ...facts, hasResult }),
  );
}

/**
 * Reads on until the next look takes all that is left; between two looks the agent goes on with the rest.
 *
 * @returns whether the objective is reported by then
 */
async function catchUp(
  sources: MetricsSources,
  { hasResult, read }: GatherFacts,
  metric: string,
): Promise<boolean> {
  let isReported = hasResult;
  // What no look takes, a line without its end, is left for the last one.
  for (let left = Number.POSITIVE_INFINITY; isFarBehind(sources) && sources.unreadBytes < left; ) {
    try {
      left = sources.unreadBytes;
      const batch = sources.read(false);
      isReported = tellsOf(batch, metric) || (isReported && batch.standing === null);
      read(batch);
    } catch {
      break; // the last look says what is wrong
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return isReported;
}

function isFarBehind(sources: MetricsSources): boolean {
  try {
    return sources.isFarBehind;
  } catch {
    return false;
  }
}

function gatherRest(
  run: RunFolder,
  launch: Launch,
  sources: MetricsSources,
  facts: GatherFacts,
): Evidence | Promise<Evidence> {
  const problems: string[] = [];
  const looked = <Found>(look: () => Found, otherwise: Found): Found => {
    try {
      return look();
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
      return otherwise;
    }
  };
  const exit = looked(() => readExitRecord(run), null);
  const batch = looked<Batch>(() => sources.read(true), { lines: [], standing: null });
  if (sources.problem !== null) problems.push(sources.problem);
  const { redaction } = facts;
  const { metric } = launch.objective;
  const asKept = (line: MetricsLine): MetricsLine => keptForm(line, redaction, metric);
  const isReported = tellsOf(batch, metric) || (facts.hasResult && batch.standing === null);
  const log = lookInto(run.log, lookedAtBytes + redaction.longestBytes, isReported ? null : launch.objective);
  const { overlong } = sources;
  const hint = sources.hint ?? (log.isCut && !isReported ? cutHint : null);
  const logTail = lastLines(log.isTail ? redaction.tail(log.text) : redaction.text(log.text));
  const wantedSpace = facts.diskFull || (exit !== null && exit !== 0 && spaceWords(logTail) !== null);
  if (log.sizeBytes > longestLogBytes) looked(() => cutLog(run.log), 0);
  const evidence: Evidence = {
    exit,
    // A link may lead to where only the program had reason to name.
    misplaced: problems[0] === undefined ? null : redaction.text(problems[0]),
    ranMs: facts.seen ? null : ranByFilesMs(run),
    overlong,
    hint: hint === null ? null : redaction.text(hint),
    lines: batch.lines.map(asKept),
    standing: batch.standing?.map(asKept) ?? null,
    offsets: sources.offsets,
    printed: log.printed.map(asKept),
    // Asked for only where it can matter.
    oomKills: exit !== null && exit !== 0 ? facts.oomKills() : null,
    diskFull: facts.diskFull,
    disk: wantedSpace ? facts.disk() : null,
    artifacts: [],
    unlisted: null,
    checkpointBytes: exit === 0 ? null : facts.checkpointBytes(),
    logTail,
  };
  const artifacts = listArtifacts(run.artifacts, launch.artifacts, (path) => redaction.text(path));
  if (!(artifacts instanceof Promise)) return evidence;
  return artifacts.then(
    (listed) => ({ ...evidence, ...listed }),
    () => evidence, // the trial has closed its folder: its result stands without
  );
}

interface LookedAt {
  readonly sizeBytes: number;
  readonly text: string;
  /** Whether there is more before the text. */
  readonly isTail: boolean;
  /** Whether its middle was cut out. */
  readonly isCut: boolean;
  readonly printed: readonly MetricsLine[];
}
const notRead: LookedAt = { sizeBytes: 0, text: '', isTail: false, isCut: false, printed: [] };

/** All that is asked of a log, of which a short trial's is opened once. @param objective null where no result is looked for */
function lookInto(path: string, length: number, objective: Objective | null): LookedAt {
  try {
    return withOpened(path, (log) => ({
      sizeBytes: log.sizeBytes,
      text: tailOf(log, length),
      isTail: log.sizeBytes > length,
      isCut: cutAt(log) > 0,
      printed: objective === null ? [] : printedIn(log, objective),
    }));
  } catch {
    return notRead; // its program has put something else in its place
  }
}

const cutHint = `the middle of its output was cut out, since it is longer than ${longestLogBytes / 1024 ** 2} MiB; print the result last, or append it to LABSWEEP_REPORT`;

const lastLines = (text: string): string => text.slice(-tailChars).split('\n').slice(-tailLines).join('\n');

/** What is left of a trial cannot be read: it ends without a record, which charges nobody. */
export const unreadable = (attempt: string, redaction: Redaction, error: unknown): WorkerEvent => ({
  kind: 'gathered',
  attempt,
  evidence: {
    exit: null,
    misplaced: null,
    ranMs: null,
    overlong: null,
    hint: null,
    lines: [],
    standing: null,
    offsets: nothingRead,
    printed: [],
    oomKills: null,
    diskFull: false,
    disk: null,
    artifacts: [],
    unlisted: null,
    checkpointBytes: null,
    logTail: redaction.text(error instanceof Error ? error.message : String(error)).slice(0, 1_000),
  },
});
