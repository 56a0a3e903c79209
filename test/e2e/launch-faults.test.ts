/** What goes wrong in a launch is charged to it: its host works on for all others. */
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab } from './lab.ts';
import { printsScore, shellSweep } from './sweeps.ts';

const withKey = (name: string, key: string, script = printsScore): string =>
  shellSweep(script, 'grid: {x: [1, 2, 3, 4, 5]}\n')
    .replace('sweep: toy', `sweep: ${name}`)
    .replace('objective', `  ${key}\nobjective`);

async function runs(lab: Lab, file: string): Promise<void> {
  const told = await lab.labsweep('run', file);
  expect(told.code, told.err).toBe(exitCode.done);
}

const mended =
  "in the PATH that the sweep's `env` sets (/opt/none); write ${PATH} in it to keep the host's own";

describe.concurrent('what goes wrong in a launch', { timeout: 90_000 }, () => {
  it('a PATH without the host’s own: the run says so, and other sweeps go on there', async ({ lab }) => {
    lab.write('bad.yaml', withKey('bad', 'env: {PATH: /opt/none}'));
    const { code, err } = await lab.labsweep('run', 'bad.yaml');
    expect(code).not.toBe(exitCode.done);
    expect(err).toContain(`there is no program sh ${mended}`);
    expect((await lab.labsweep('hosts', 'list')).out).not.toContain('quarantined');
    lab.write('good.yaml', withKey('good', 'env: {A: b}'));
    await runs(lab, 'good.yaml');
    const check = await lab.labsweep('hosts', 'check', '--sweep', 'bad.yaml');
    expect(check.out).toContain(`there is no program sh ${mended}`);
  });

  it('one trial alone that cannot start ends with the sentence, and leaves its host to others', async ({
    lab,
  }) => {
    lab.write('one.yaml', withKey('one', 'env: {PATH: /opt/none}').replace('[1, 2, 3, 4, 5]', '[1]'));
    const { code, err } = await lab.labsweep('run', 'one.yaml');
    expect(code, err).toBe(exitCode.noHost);
    expect(err).toContain(`here: the host could not be prepared: there is no program sh ${mended}`);
    lab.write('good.yaml', withKey('good', 'env: {A: b}'));
    await runs(lab, 'good.yaml');
  });

  it('${NAME} is filled on the host, from its inventory and its login; what it lacks is named', async ({
    lab,
  }) => {
    lab.inventory(4, { env: { SITE: '/site', PATH: '/of-host:${PATH}' } });
    const script = `echo "$PATH|$LD_LIBRARY_PATH" >> ${lab.path('seen')}; ${printsScore}`;
    const env = 'env: {PATH: "${SITE}/bin:${PATH}", LD_LIBRARY_PATH: "/opt/lib:${LD_LIBRARY_PATH}"}';
    lab.write('sweep.yaml', withKey('toy', env, script));
    lab.env['PATH'] = '/usr/bin:/bin:/not/on/the/host';
    await runs(lab, 'sweep.yaml');
    for (const line of lab.read('seen').trimEnd().split('\n'))
      expect(line).toMatch(/^\/site\/bin:\/of-host:[^$]*\/bin.*\|\/opt\/lib$/);
    expect(lab.read('seen').trimEnd().split('\n')).toHaveLength(5);

    lab.write('unset.yaml', withKey('unset', 'env: {A: "${NOT_SET_HERE}/x"}'));
    const { code, err } = await lab.labsweep('run', 'unset.yaml');
    expect(code, err).toBe(exitCode.noHost);
    expect(err).toContain(
      'here: the host could not be prepared: `env` fills A with ${NOT_SET_HERE}, which is not set on this host; set it',
    );
    expect((await lab.labsweep('hosts', 'check', '--sweep', 'unset.yaml')).out).toContain(
      'fills A with ${NOT_SET_HERE}',
    );
  });

  it.for([
    [
      'env: {PATH: "/opt/bin:$PATH"}',
      /^sweep\.yaml:4:\d+ {2}program\.env\.PATH: "\/opt\/bin:\$PATH" is read by no shell: write \$\{PATH\}/,
    ],
    [
      'env: {A: "${TOKEN}"}\n  passEnv: [TOKEN]',
      /program\.passEnv\[0\]: TOKEN would be filled into `env\.A`/,
    ],
  ] as const)('%s is refused', async ([key, words], { lab }) => {
    lab.env['TOKEN'] = 'hunter2-is-not-it';
    lab.write('sweep.yaml', withKey('toy', key));
    expect(await lab.refused('run', 'sweep.yaml')).toMatch(words);
  });
});
