import { expect, it } from 'vitest';
import { ProcessOwners } from '../../../src/worker/supervisor/process-owners.ts';
import { type MarkedProcess, ProcessTable } from '../../../src/worker/telemetry/process-table.ts';

/** A server on which a look at all processes takes 40 ms. */
class LargeTable extends ProcessTable {
  looks = 0;
  nowMs = 0;

  override read(): MarkedProcess[] {
    this.looks += 1;
    this.nowMs += 40;
    return super.read();
  }
}

it('an idle agent looks at thousands of processes for half a per cent of its time, and one with trials each second', () => {
  const table = new LargeTable('/none');
  const owners = new ProcessOwners(table, () => table.nowMs);
  const looksIn = (seconds: number, isNeeded: boolean): number => {
    const before = table.looks;
    for (let second = 0; second < seconds; second += 1) {
      owners.look([], isNeeded);
      table.nowMs = Math.ceil((table.nowMs + 1) / 1_000) * 1_000;
    }
    return table.looks - before;
  };
  expect(looksIn(80, false)).toBe(10);
  expect(looksIn(80, true)).toBe(80);
});
