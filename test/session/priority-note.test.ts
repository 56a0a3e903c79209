import { expect, test } from 'vitest';
import { priorityNote } from '../../src/session/sweep/priority-note.ts';
import { sweepName } from '../../src/model/ids.ts';
import { LedgerBuilder } from '../ledger-builder.ts';

const built = new LedgerBuilder();
built.declare({ points: [{ params: { x: 1 } }], declaration: { priority: 5 } });
const note = (priority: number, set?: readonly string[], sweep = sweepName('lab')) =>
  priorityNote(built.state, { sweep, priority }, set);

test('a run of a file that takes back a priority that a command had set says so', () => {
  expect(note(0)).toBe(
    'Sweep lab has priority 0 from now on, as its file says; it was 5. `--set priority=5` keeps that.',
  );
  expect(note(0, ['fixed.x=2'])).not.toBe(null);
});

test('nothing is said where it stays, where this command says it, and of a sweep that is new', () => {
  expect(note(5)).toBe(null);
  expect(note(2, ['priority=2'])).toBe(null);
  expect(note(2, [], sweepName('other'))).toBe(null);
});
