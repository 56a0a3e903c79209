/** What the lab has learned reaches what waits on hosts already: a backlog of hours was leased when less was known. */
import type { Expected } from '../../protocol/messages.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import { type Connection, connectionOf } from '../hosts/link.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { predictedFor, predictedSeconds } from './lease.ts';
import type { CoordinatorTurn } from './turn.ts';

const everyMs = 5_000;
/** Shapes of which one host is told: of more, no two trials are alike. */
const mostShapes = 1_000;
/** What differs by less is no news. */
const newsShare = 0.02;

export function tellExpectations(state: CoordinatorState, turn: CoordinatorTurn): void {
  if (state.awakeMs - state.toldExpectationsAtMs < everyMs) return;
  state.toldExpectationsAtMs = state.awakeMs;
  for (const host of state.fleet.values()) {
    const connection = connectionOf(host.link);
    if (host.link.kind !== 'ready' || connection === null) continue;
    const shapes = newsFor(state, host, connection);
    if (shapes.length === 0) continue;
    turn.instruct({ kind: 'send', host: host.name, message: { kind: 'expect', shapes } });
  }
}

function newsFor(state: CoordinatorState, { name }: FleetHost, { expects }: Connection): Expected[] {
  const seen = new Set<string>();
  const news = [...(state.ledger.hosts.get(name)?.open ?? [])].flatMap((id) => {
    const attempt = state.ledger.attempts.get(id);
    if (attempt === undefined || seen.has(attempt.point.shape) || seen.size >= mostShapes) return [];
    const { point } = attempt;
    const { shape } = point;
    seen.add(shape);
    const now = {
      shape,
      predicted: predictedFor(state, attempt, point),
      seconds: predictedSeconds(state, attempt, point),
    };
    const before = expects.get(shape);
    if (!isNews(before, now)) return [];
    expects.set(shape, now);
    return [now];
  });
  // Of what has ended there nothing is kept: a sweep may have as many shapes as trials.
  for (const shape of expects.keys()) if (!seen.has(shape)) expects.delete(shape);
  return news;
}

const figuresOf = ({ predicted, seconds }: Expected): readonly (number | null)[] => [
  predicted.gpuMemoryBytes,
  predicted.hostMemoryBytes,
  predicted.gpuBusy,
  seconds,
];

const isNews = (before: Expected | undefined, now: Expected): boolean => {
  const known = before === undefined ? [] : figuresOf(before);
  return figuresOf(now).some((figure, place) => differs(known[place] ?? null, figure));
};

const differs = (before: number | null, now: number | null): boolean =>
  before === null || now === null ? before !== now : Math.abs(now - before) > Math.abs(before) * newsShare;
