import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it } from './lab.ts';
import { printsScore, shellSweep } from './sweeps.ts';

const library = join(import.meta.dirname, '../../dist/index.js');

/** Runs sweep.yaml as any program may, and prints what came of it. */
const program = `
import { leaderboard, openState, orderSweep, runSweep, SessionError, sweepNamed } from ${JSON.stringify(library)};
const told = [];
const caller = { cwd: process.cwd(), env: process.env, tell: (text) => told.push(text), confirm: null };
const reporter = { committed() {}, moment() {}, notice() {}, ended() {}, over() {}, close() {} };
const order = await orderSweep(caller, 'sweep.yaml', {});
const outcome = await runSweep(caller, {
  ...order,
  onInterrupt: () => ({ promise: new Promise(() => {}), forget() {} }),
  reporterOf: () => reporter,
});
const { state } = openState(caller, { state: order.folder });
const { rows } = leaderboard(state, sweepNamed(state));
const refused = await orderSweep(caller, 'none.yaml', {}).catch((error) => error);
const kind = refused instanceof SessionError ? refused.kind : null;
console.log(JSON.stringify({ outcome, told, ranked: rows.map(({ params }) => params.x), kind }));
`;

describe('labsweep as a library', () => {
  it('runs a sweep and ranks it; nothing is printed but what the program prints', async ({ lab }) => {
    lab.write('sweep.yaml', shellSweep(printsScore, 'grid:\n  x: [1, 3, 2]\n'));
    const { code, out, err } = await lab.node(lab.write('program.mjs', program)).ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toEqual({
      outcome: 'done',
      told: [expect.stringContaining('Results go to')],
      ranked: [3, 2, 1],
      kind: 'refused',
    });
  });
});
