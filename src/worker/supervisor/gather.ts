import type { Launch } from '../../model/launch.ts';
import type { MetricsLine } from '../../model/metrics.ts';
import type { Evidence } from '../core/event.ts';
import { listArtifacts } from '../spool/artifacts.ts';
import { ranByFilesMs, readExitRecord } from '../spool/exit-record.ts';
import type { Redaction } from '../secrets/redaction.ts';
import type { RunFolder } from '../spool/host-folder.ts';
import { cutLog, longestLogBytes, readTail } from '../spool/log-file.ts';
import { parseMetricsLine } from './metrics-line.ts';
import type { MetricsSources } from './metrics-sources.ts';

/** Of a log, what is looked at for a printed result, and what goes into the ledger to explain an end. */
const lookedAtBytes = 64 * 1024;
const tailChars = 8 * 1024;
const tailLines = 40;

/** What else is known of an attempt, or has to be asked for only where it matters. */
export interface GatherFacts {
  /** Whether an agent saw it end; else its files tell how long it ran. */
  readonly seen: boolean;
  readonly oomKills: () => number | null;
  readonly checkpointBytes: () => number | null;
  /** Takes the lines of one look, where there are more than one look takes. */
  readonly read: (lines: readonly MetricsLine[]) => void;
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
  sources.skipFar();
  return catchUp(sources, facts.read).then(() => gatherRest(run, launch, sources, facts));
}

/** Reads on until the next look takes all that is left; between two looks the agent goes on with the rest. */
async function catchUp(sources: MetricsSources, read: GatherFacts['read']): Promise<void> {
  while (isFarBehind(sources)) {
    try {
      read(sources.read(false));
    } catch {
      return; // the last look says what is wrong
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
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
  const lines = looked(() => sources.read(true), []);
  const { redaction } = facts;
  const redacted = (line: MetricsLine): MetricsLine => redaction.line(line, launch.objective.metric);
  const log = readTail(run.log, lookedAtBytes + redaction.longestBytes);
  const isCut = log.sizeBytes > lookedAtBytes + redaction.longestBytes;
  const printed = lines.length === 0 ? lastPrinted(log.text) : null;
  if (log.sizeBytes > longestLogBytes) looked(() => cutLog(run.log), 0);
  const evidence: Evidence = {
    exit,
    // A link may lead to where only the program had reason to name.
    misplaced: problems[0] === undefined ? null : redaction.text(problems[0]),
    ranMs: facts.seen ? null : ranByFilesMs(run),
    lines: lines.map(redacted),
    offsets: sources.offsets,
    printed: printed === null ? null : redacted(printed),
    // Asked for only where it can matter: 137 is 128 + SIGKILL.
    oomKills: exit === 137 ? facts.oomKills() : null,
    artifacts: [],
    unlisted: null,
    checkpointBytes: exit === 0 ? null : facts.checkpointBytes(),
    logTail: tailOf(isCut ? redaction.tail(log.text) : redaction.text(log.text)),
  };
  const artifacts = listArtifacts(run.artifacts, launch.artifacts, (path) => redaction.text(path));
  if (!(artifacts instanceof Promise)) return evidence;
  return artifacts.then(
    (listed) => ({ ...evidence, ...listed }),
    () => evidence, // the trial has closed its folder: its result stands without
  );
}

/** The last line that is a JSON object: the result of a program that knows nothing of labsweep. */
function lastPrinted(text: string): MetricsLine | null {
  for (let end = text.length; end > 0; ) {
    const start = text.lastIndexOf('\n', end - 1) + 1;
    const line = parseMetricsLine(text.slice(start, end));
    if (line !== null) return line;
    end = start - 1;
  }
  return null;
}

const tailOf = (text: string): string => text.slice(-tailChars).split('\n').slice(-tailLines).join('\n');
