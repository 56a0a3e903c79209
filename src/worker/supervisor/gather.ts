import type { Launch } from '../../model/launch.ts';
import type { MetricsLine } from '../../model/metrics.ts';
import type { Evidence } from '../core/event.ts';
import { listArtifacts } from '../spool/artifacts.ts';
import { ranByFilesMs, readExitRecord } from '../spool/exit-record.ts';
import type { RunFolder } from '../spool/host-folder.ts';
import { cutLog, longestLogBytes, readTail } from '../spool/log-file.ts';
import { parseMetricsLine } from './metrics-line.ts';
import type { MetricsSources } from './metrics-sources.ts';

/** Of a log, what is looked at for a printed result, and what goes into the ledger to explain an end. */
const lookedAtBytes = 64 * 1024;
const tailChars = 8 * 1024;
const tailLines = 40;

/**
 * What an attempt left, once nothing of it runs. At once where it left no artifacts, so that a short trial costs no
 * turn of the event loop.
 *
 * @param seen whether an agent saw it end; else its files tell how long it ran
 */
export function gather(
  run: RunFolder,
  launch: Launch,
  sources: MetricsSources,
  facts: {
    readonly seen: boolean;
    readonly oomKills: () => number | null;
    readonly checkpointBytes: () => number | null;
  },
): Evidence | Promise<Evidence> {
  const lines = sources.read(true);
  const log = readTail(run.log, lookedAtBytes);
  if (log.sizeBytes > longestLogBytes) cutLog(run.log);
  const exit = readExitRecord(run);
  const evidence: Evidence = {
    exit,
    ranMs: facts.seen ? null : ranByFilesMs(run),
    lines,
    offsets: sources.offsets,
    printed: lines.length === 0 ? lastPrinted(log.text) : null,
    // Asked for only where it can matter: 137 is 128 + SIGKILL.
    oomKills: exit === 137 ? facts.oomKills() : null,
    artifacts: [],
    checkpointBytes: exit === 0 ? null : facts.checkpointBytes(),
    logTail: tailOf(log.text),
  };
  const artifacts = listArtifacts(run.artifacts, launch.artifacts);
  if (artifacts instanceof Promise) return artifacts.then((listed) => ({ ...evidence, artifacts: listed }));
  return evidence;
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
