/** An agent whose process was stopped: it is told of as silent, and goes on where it was once it may. */
import { expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it } from './lab.ts';
import { signal } from './processes.ts';
import { shellSweep } from './sweeps.ts';

it('an agent that stands still is told of as silent, and its trials count when it speaks again', {
  timeout: 120_000,
}, async ({ lab }) => {
  lab.inventory(2);
  lab.patienceMs = 110_000;
  const waits = `until [ -e '${lab.path('go')}' ]; do sleep 0.05; done; echo "{\\"score\\": $0}"`;
  lab.write('sweep.yaml', shellSweep(waits, 'grid: {x: [1, 2, 3]}\n'));
  const run = lab.type('run', 'sweep.yaml');
  const says = (text: string) =>
    expect.poll(() => run.said.err, { timeout: 60_000, interval: 100 }).toContain(text);
  await says('2 running');
  const agent = lab.agent()?.pid ?? Number.NaN;
  signal(agent, 'SIGSTOP');
  await says('here cannot be used: its agent has said nothing for 30 s');
  await expect
    .poll(async () => (await lab.labsweep('status')).out, { timeout: 10_000, interval: 500 })
    .toMatch(/^here +unreachable \(2 running, 1 waiting\)/m);
  signal(agent, 'SIGCONT');
  lab.write('go', '');
  const ended = await run.ended;
  expect(ended, ended.err).toMatchObject({ code: exitCode.done });
  expect(ended.err).toMatch(/3 trials trained/);
});
