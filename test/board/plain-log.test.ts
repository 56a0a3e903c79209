import { describe, expect, test } from 'vitest';
import { PlainLog } from '../../src/board/plain-log.ts';
import { runView } from '../../src/board/run-view.ts';
import { bestSoFar } from '../../src/results/best.ts';
import { findingsOf } from '../../src/board/findings.ts';
import type { LiveFigures } from '../../src/ledger/live-figures.ts';
import { idOf, LedgerBuilder } from '../ledger-builder.ts';
import { liveHost } from './live.ts';

/** A log of a sweep of `count` points, told of every commit since it was declared. */
function logged(count: number, live: LiveFigures | null = null) {
  const built = new LedgerBuilder();
  const sweep = built.sweep(
    built.declare({
      points: Array.from({ length: count }, (_, x) => ({ params: { x } })),
      declaration: { retries: 1 },
    }),
  );
  const written: string[] = [];
  const log = new PlainLog((line) => written.push(line));
  let told = built.events.length;
  const view = () =>
    runView({
      state: built.state,
      sweep,
      live,
      best: bestSoFar(built.state, sweep),
      findings: findingsOf(built.state, sweep),
      latestLine: () => null,
      nowMs: built.now,
    });
  const commit = () => {
    log.committed(built.events.slice(told), built.state);
    log.moment(view, built.now);
    told = built.events.length;
  };
  return { built, written, commit, end: () => log.end(view()) };
}

describe('append-only output', () => {
  test('5,000 trials in 10 seconds are at most 12 lines', () => {
    const { built, written, commit, end } = logged(5_000);
    for (let x = 0; x < 5_000; x += 1) {
      built.succeed(idOf({ x }), { val_accuracy: x / 5_000 });
      built.now += 2;
      commit();
    }
    end();
    expect(written.length).toBeLessThanOrEqual(12);
    expect(written.at(-1)).toBe('lab: 5000 succeeded; first val_accuracy 0.9998 (x=4999); after 10 s');
  });

  test('every failure is said at once, with what follows from it', () => {
    const { built, written, commit } = logged(2);
    built.fail(idOf({ x: 0 }), 'exit code 3', 'birch');
    commit();
    built.fail(idOf({ x: 0 }), 'exit code 3', 'cedar');
    commit();
    expect(written.filter((line) => line.includes('exit code'))).toEqual([
      'x=0 on birch failed: exit code 3 (will be tried again)',
      'x=0 on cedar failed: exit code 3 (given up)',
    ]);
  });

  test('a quarantined host is said with its reason', () => {
    const { built, written, commit } = logged(1);
    const quarantined = { kind: 'host-quarantined', at: built.now, host: 'birch' } as const;
    built.add({ ...quarantined, because: 'sh is not there', untilRoom: false });
    built.add({ ...quarantined, because: 'left out until there is room again: it is full', untilRoom: true });
    commit();
    expect(written).toEqual([
      'birch is left out from now on: sh is not there; `labsweep hosts on birch` once that is mended',
      'birch is left out until there is room again: it is full',
    ]);
  });

  test('what a person says of a host or a sweep is said to those who follow', () => {
    const { built, written, commit } = logged(1);
    built.add({ kind: 'host-closed', at: built.now, host: 'birch', because: 'PSU broken' });
    built.add({ kind: 'host-opened', at: built.now, host: 'birch' });
    built.add({ kind: 'sweep-paused', at: built.now, sweep: 'lab' });
    commit();
    expect(written).toEqual([
      'nothing more starts on birch: PSU broken',
      'birch is used again',
      'lab is paused',
    ]);
  });

  test('a line that would say nothing new is not said', () => {
    const { built, written, commit } = logged(1);
    built.lease(idOf({ x: 0 }));
    built.now += 5_000;
    commit();
    expect(written).toEqual([]);
  });

  test('while nothing starts, a few of the hosts that get ready say every 20 s what they are busy with', () => {
    const doing = '`setup` (make) runs for 12 s: cc -O2 train.c';
    const hosts = ['ash', 'birch', 'cedar', 'elm'].map((name) =>
      liveHost(name, { state: 'preparing', because: doing }),
    );
    const { built, written, commit } = logged(1, {
      at: 0,
      pid: 1,
      ledger: null,
      events: 0,
      sweeps: [],
      hosts,
      carries: [],
      inventoryProblem: null,
    });
    for (let second = 0; second < 60; second += 1) {
      commit();
      built.now += 1_000;
    }
    const block = [
      ...['ash', 'birch', 'cedar'].map((name) => `${name}: preparing: ${doing}`),
      'and 1 more hosts',
    ];
    expect(written).toEqual([...block, ...block]);
  });

  test('a night is a line every ten seconds at most', () => {
    const { built, written, commit } = logged(2_000);
    for (let x = 0; x < 2_000; x += 1) {
      built.succeed(idOf({ x }), { val_accuracy: 0 });
      built.now += 1_000;
      commit();
    }
    expect(written.length).toBeLessThanOrEqual(60 + 2_000 / 10);
  });
});
