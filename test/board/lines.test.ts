import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lines } from '../../src/board/lines.ts';
import { type HostView, runView } from '../../src/board/run-view.ts';
import { type AttemptId, hostName, type SweepName } from '../../src/model/ids.ts';
import type { MetricsLine } from '../../src/model/result/metrics.ts';
import { findingsOf } from '../../src/board/findings.ts';
import { bestSoFar } from '../../src/results/best.ts';
import { idOf, LedgerBuilder } from '../ledger-builder.ts';
import { liveHost } from './live.ts';

const minute = 60_000;

function viewOf(
  built: LedgerBuilder,
  name: SweepName,
  live: Parameters<typeof runView>[0]['live'],
  latestLine: (attempt: AttemptId) => MetricsLine | null = () => null,
) {
  const { state, now } = built;
  const sweep = built.sweep(name);
  return runView({
    state,
    sweep,
    live,
    best: bestSoFar(state, sweep),
    findings: findingsOf(state, sweep),
    latestLine,
    nowMs: now,
  });
}

const atLayers = (layers: number) => ({ layers, dropout: 0.5 });

describe('the live view', () => {
  test('shows how far the sweep is, where it runs, the best so far and what failed', () => {
    const built = new LedgerBuilder();
    const sweep = built.declare({ points: [3, 4, 5, 6].map((layers) => ({ params: atLayers(layers) })) });
    built.succeed(idOf(atLayers(3)), { val_accuracy: 0.81234 });
    built.now += 2 * minute;
    built.fail(idOf(atLayers(4)), 'exit code 1', 'birch');
    const running = built.start(idOf(atLayers(5)), 'cedar', 'cpu0');
    built.now += 3.4 * minute;
    const live = {
      sweeps: [
        {
          sweep,
          eta: { seconds: 540, low: 400, high: 710, overdue: false },
          asked: true,
          waiting: null,
          stranded: null,
          waits: [],
          awaits: [],
        },
      ],
      hosts: [
        liveHost('cedar', { running: [], backlog: 1 }),
        liveHost('birch', { state: 'unreachable', because: 'no route to host' }),
        liveHost('alder', {
          backlog: 2,
          holds: [{ attempt: 'n1-9', refusals: [{ kind: 'load', othersLoad: 14.2, limit: 12 }] }],
        }),
      ],
    };
    const view = viewOf(built, sweep, live, (attempt) =>
      attempt === running ? { val_accuracy: 0.7 } : null,
    );
    expect(lines(view, 100).join('\n')).toMatchInlineSnapshot(`
      "lab  ████████████░░░░░░░░░░░░ 2/4 50 %  5 min 24 s, about 9 min left (6 min 40 s to 12 min)
      1 succeeded, 1 running, 1 waiting, 1 failed
      cedar  cpu0  layers=5 dropout=0.5  0.7  3 min 24 s
      birch  unreachable: no route to host
      alder  2 waiting: others want 14.2 of the host's cores; nothing starts until that is 12 or less for…
      first   val_accuracy 0.8123  layers=3 dropout=0.5
      failed  layers=4 dropout=0.5 on birch, 3 min 24 s ago: failed: exit code 1"
    `);
  });

  test('without a coordinator it shows what the ledger holds and claims no more', () => {
    const built = new LedgerBuilder();
    const sweep = built.declare({ points: [{ params: { x: 1 } }, { params: { x: 2 } }] });
    built.lease(idOf({ x: 1 }));
    expect(lines(viewOf(built, sweep, null), 100).at(-1)).toBe('cedar  1 waiting, as far as is known');
  });

  test('a sweep that was stopped says by what', () => {
    const built = new LedgerBuilder();
    const sweep = built.declare({ points: [{ params: { x: 1 } }] });
    built.add({
      kind: 'sweep-stopped',
      at: built.now,
      sweep,
      by: 'same-failure',
      because: 'no module named torch',
    });
    expect(lines(viewOf(built, sweep, null), 100)[1]).toBe('1 waiting; stopped: no module named torch');
  });

  const host = fc.record({
    name: fc.string({ minLength: 1, maxLength: 20 }).map(hostName),
    state: fc.constantFrom<HostView['state']>('ready', 'unreachable', 'off', 'unknown'),
    because: fc.option(fc.string()),
    backlog: fc.nat(),
    hold: fc.option(fc.string()),
    running: fc.array(
      fc.record({
        label: fc.string(),
        device: fc.string(),
        runningMs: fc.nat(),
        value: fc.option(fc.double({ noNaN: true })),
      }),
      { maxLength: 9 },
    ),
    others: fc.array(
      fc.record({ owner: fc.string(), running: fc.nat(), waiting: fc.nat(), ended: fc.nat() }),
      { maxLength: 3 },
    ),
    notices: fc.array(fc.string(), { maxLength: 3 }),
  });

  test('has at most 15 lines, none wider than the terminal, whatever the size of the lab', () => {
    const built = new LedgerBuilder();
    const view = viewOf(built, built.declare({ points: [{ params: { x: 1 } }] }), null);
    fc.assert(
      fc.property(fc.array(host, { maxLength: 60 }), fc.integer({ min: 20, max: 200 }), (hosts, columns) => {
        const drawn = lines({ ...view, hosts }, columns);
        expect(drawn.length).toBeLessThanOrEqual(15);
        for (const line of drawn) expect(line.length).toBeLessThanOrEqual(columns);
      }),
    );
  });

  test('where not all hosts fit, those that do not work are named first', () => {
    const built = new LedgerBuilder();
    const sweep = built.declare({ points: [{ params: { x: 1 } }] });
    const hosts = Array.from({ length: 40 }, (_, index) => liveHost(`host-${index}`));
    hosts.push(liveHost('alder', { state: 'quarantined', because: 'no space left' }));
    const drawn = lines(viewOf(built, sweep, { sweeps: [], hosts }), 100);
    expect(drawn[2]).toBe('alder    quarantined: no space left');
    expect(drawn.at(-1)).toBe('and 29 more hosts with 0 running');
  });
});
