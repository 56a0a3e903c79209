/** A coordinator after Ctrl-Z, and one that was killed: whoever asks for it reads which of the two it is. */
import { expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab, type Typed, until } from './lab.ts';
import { shellSweep } from './sweeps.ts';

/** A run of three trials, two of which wait for the file `go`. */
async function begun(lab: Lab): Promise<Typed> {
  lab.inventory(2);
  lab.patienceMs = 60_000;
  const waits = `until [ -e '${lab.path('go')}' ]; do sleep 0.05; done; echo "{\\"score\\": $0}"`;
  lab.write('sweep.yaml', shellSweep(waits, 'grid: {x: [1, 2, 3]}\n'));
  const run = lab.type('run', 'sweep.yaml');
  await until(
    'trials to run',
    () => run.said.err.includes('2 running'),
    () => run.said.err,
  );
  return run;
}

const stands =
  /process PID on \S+ holds the ledger and stands still, as after Ctrl-Z: `fg` .* `kill -CONT \d+`/;

it('a coordinator after Ctrl-Z is told of by every verb that asks for it, and goes on', {
  timeout: 90_000,
}, async ({ lab }) => {
  const run = await begun(lab);
  run.child.kill('SIGSTOP');
  for (const verb of [['run', 'sweep.yaml'], ['resume'], ['pause'], ['stop', 'toy']])
    expect(await lab.labsweep(...verb), verb.join(' ')).toMatchObject({
      code: exitCode.badInput,
      err: expect.stringMatching(stands),
    });
  for (const verb of ['status', 'why'])
    await expect
      .poll(async () => (await lab.labsweep(verb)).out, { timeout: 15_000, interval: 500 })
      .toMatch(stands);
  run.child.kill('SIGCONT');
  lab.write('go', '');
  expect(await run.ended).toMatchObject({ code: exitCode.done });
});

it('a coordinator that was killed is shown as gone at once', async ({ lab }) => {
  const run = await begun(lab);
  expect((await lab.labsweep('status')).out).not.toContain('No coordinator runs');
  run.child.kill('SIGKILL');
  await run.ended;
  expect((await lab.labsweep('status')).out).toContain('No coordinator runs');
  lab.write('go', '');
  expect(await lab.labsweep('resume')).toMatchObject({ code: exitCode.done });
});

it('a sweep that a person has stopped or paused is opened by its name alone, and that is said', async ({
  lab,
}) => {
  const run = await begun(lab);
  expect((await lab.labsweep('pause')).out).toContain('paused: toy');
  expect((await lab.labsweep('pause', 'toy')).out).toContain('toy is paused already');
  expect((await lab.labsweep('status')).out).toMatch(/^toy: paused, 2 running, 1 waiting$/m);
  run.child.kill('SIGINT');
  await run.ended;
  for (const [how, words] of [
    ['pause', 'is paused'],
    ['stop', 'was stopped'],
  ] as const) {
    await lab.labsweep(how, 'toy');
    const said = await lab.labsweep('resume');
    expect(said).toMatchObject({ code: exitCode.badInput });
    expect(said.err).toContain(
      `toy, which was started last, ${words}: \`labsweep resume toy\` goes on with it.`,
    );
  }
  lab.write('go', '');
  expect(await lab.labsweep('resume', 'toy')).toMatchObject({ code: exitCode.done });
});
