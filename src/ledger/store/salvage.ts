/** What of a damaged ledger is certainly as it was written: the longest beginning of its chain that verifies. */
import type { AttemptId } from '../../model/ids.ts';
import { type MetricsLine, metricsLineSchema } from '../../model/result/metrics.ts';
import { type LedgerEvent, ledgerEventSchema, storedEvent } from '../events.ts';
import { fold } from '../fold.ts';
import { misnamedLaunches } from '../misnamed.ts';
import type { MetricsBatch } from '../metrics-batch.ts';
import { FoldError } from '../records.ts';
import { emptyLedger, type LedgerState } from '../state.ts';
import { chainHash, emptyChain } from './chain.ts';
import { metricsHashOf } from './metrics-hash.ts';
import { rowsIn } from './pages.ts';

export interface Salvage {
  readonly events: readonly LedgerEvent[];
  /** What they amount to. */
  readonly state: LedgerState;
  /** Of attempts that have ended: those for whose lines the end vouches. Of the others: the lines from the first on. */
  readonly metrics: readonly MetricsBatch[];
  /** Attempts whose end is there and whose metrics lines are not, or are not the same. */
  readonly lostMetrics: readonly AttemptId[];
}

/** Reads the file and its WAL as bytes, and changes neither. Nobody may write them meanwhile. */
export function salvage(path: string): Salvage {
  const found = find(path);
  const { events, state } = foldable(chainOf(found.events));
  return { events, state, ...metricsOf(state, events, found.lines) };
}

interface FoundEvent {
  readonly payload: string;
  readonly hash: Buffer;
}

interface Found {
  /** By number. A page that was written twice has an event twice; where they differ, the chain says which is right. */
  readonly events: Map<number, FoundEvent[]>;
  readonly lines: Map<string, Map<number, string>>;
}

function find(path: string): Found {
  const found: Found = { events: new Map(), lines: new Map() };
  for (const row of rowsIn(path)) {
    const [first, second, third, fourth] = row;
    if (row.length === 4 && typeof first === 'number' && typeof third === 'string' && isHash(fourth))
      addTo(found.events, first, { payload: third, hash: fourth });
    if (row.length === 3 && typeof first === 'string' && typeof second === 'number')
      if (typeof third === 'string') addLine(found.lines, first, second, third);
  }
  return found;
}

const isHash = (value: unknown): value is Buffer =>
  value instanceof Uint8Array && value.length === emptyChain.hash.length;

function addTo(events: Found['events'], seq: number, event: FoundEvent): void {
  const known = events.get(seq);
  if (known === undefined) events.set(seq, [event]);
  else if (!known.some(({ payload, hash }) => payload === event.payload && hash.equals(event.hash)))
    known.push(event);
}

function addLine(lines: Found['lines'], attempt: string, line: number, payload: string): void {
  const known = lines.get(attempt);
  if (known === undefined) lines.set(attempt, new Map([[line, payload]]));
  else known.set(line, payload);
}

/** The events from the first on, each vouched for by its own hash or by that of the one after it. */
function* chainOf(found: Found['events']): Generator<LedgerEvent> {
  let hash: Uint8Array = emptyChain.hash;
  for (let seq = 1; ; seq += 1) {
    const before = hash;
    const candidates = (found.get(seq) ?? []).map((row) => ({ ...row, own: chainHash(before, row.payload) }));
    const good = candidates.find(
      (row) => row.own.equals(row.hash) || vouchesFor(found.get(seq + 1) ?? [], row.own),
    );
    const event = good === undefined ? null : readEvent(good.payload);
    if (good === undefined || event === null) return;
    hash = good.own;
    yield event;
  }
}

const vouchesFor = (after: readonly FoundEvent[], hash: Uint8Array): boolean =>
  after.some((next) => chainHash(hash, next.payload).equals(next.hash));

function readEvent(payload: string): LedgerEvent | null {
  try {
    const event = storedEvent(payload);
    if (!ledgerEventSchema.safeParse(event).success) return null;
    // Its command is not the one that the person declared.
    return event.kind === 'sweep-declared' && misnamedLaunches(event).length > 0 ? null : event;
  } catch {
    return null;
  }
}

function foldable(chain: Iterable<LedgerEvent>): Pick<Salvage, 'events' | 'state'> {
  const events: LedgerEvent[] = [];
  const state = emptyLedger();
  for (const event of chain) {
    try {
      fold(state, event);
    } catch (error) {
      if (!(error instanceof FoldError)) throw error;
      // What half an event has changed is thrown away.
      return { events, state: events.reduce(fold, emptyLedger()) };
    }
    events.push(event);
  }
  return { events, state };
}

function metricsOf(
  state: LedgerState,
  events: readonly LedgerEvent[],
  found: Found['lines'],
): Pick<Salvage, 'metrics' | 'lostMetrics'> {
  const lostBefore = new Set(
    events.flatMap((event) => (event.kind === 'recovered' ? event.lostMetrics : [])),
  );
  const metrics: MetricsBatch[] = [];
  const lostMetrics: AttemptId[] = [];
  for (const { id, status } of state.attempts.values()) {
    if (lostBefore.has(id)) continue;
    const lines = linesFromFirst(found.get(id));
    const end = status.kind === 'ended' && status.end.metricsHash !== '' ? status.end : null;
    if (end !== null && (lines.length !== end.metricsCount || metricsHashOf(lines) !== end.metricsHash))
      lostMetrics.push(id);
    else if (lines.length > 0) metrics.push({ attempt: id, from: 0, lines });
  }
  return { metrics, lostMetrics };
}

function linesFromFirst(found: ReadonlyMap<number, string> | undefined): MetricsLine[] {
  const lines: MetricsLine[] = [];
  for (let index = 0; ; index += 1) {
    const line = readLine(found?.get(index));
    if (line === null) return lines;
    lines.push(line);
  }
}

function readLine(payload: string | undefined): MetricsLine | null {
  if (payload === undefined) return null;
  try {
    const line: MetricsLine = JSON.parse(payload);
    return metricsLineSchema.safeParse(line).success ? line : null;
  } catch {
    return null;
  }
}
