/** What people are told of a host that lies: the real command, over real sshd. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { ended } from '../bed/laptop.ts';
import { SshLab, whyNoSshd } from '../contracts/ssh-lab.ts';
import { until } from '../e2e/lab.ts';

const labsweep = join(import.meta.dirname, '../../bin/labsweep.js');
const because = 'it says what no agent of labsweep says (not JSON: owned)';

describe.skipIf(whyNoSshd !== null)('P6 P9 a host that says what no agent says', () => {
  let lab: SshLab;
  const type = (...args: readonly string[]) =>
    spawn(process.execPath, [labsweep, ...args], {
      cwd: lab.folder,
      env: { ...process.env, LABSWEEP_SSH_CONFIG: lab.configFile },
    });

  beforeAll(async () => {
    lab = new SshLab();
    const shell = join(lab.folder, 'shell');
    writeFileSync(
      shell,
      `#!/bin/sh
case $SSH_ORIGINAL_COMMAND in *relay*) printf '#labsweep-relay-1\\nowned\\n'; exec sleep 1000 ;; esac
exec sh -c "$SSH_ORIGINAL_COMMAND"
`,
      { mode: 0o755 },
    );
    await lab.start('oak');
    await lab.start('liar', { settings: [`ForceCommand ${shell}`] });
    const hosts = ['oak', 'liar'].map((name) => ({
      name,
      folder: join(lab.folder, name, 'labsweep'),
      limits: { load: 1_000 },
    }));
    writeFileSync(join(lab.folder, 'inventory.json'), JSON.stringify({ hosts }));
    writeFileSync(
      join(lab.folder, 'sweep.yaml'),
      `sweep: toy\nprogram: {command: [sh, -c, 'until [ -e ${lab.folder}/gate ]; do sleep 0.1; done; echo "{\\"score\\": $0}"', '{x}']}\n` +
        `objective: {metric: score, goal: maximize}\nresources: {cpus: 1, gpus: 0}\ngrid: {x: {from: 1, to: 6}}\n`,
    );
  }, 60_000);
  afterAll(() => lab.close());

  it('is named with the reason in run, status, hosts list and why; the run goes on', {
    timeout: 120_000,
  }, async () => {
    const running = type('run', 'sweep.yaml');
    let said = '';
    running.stderr.on('data', (text: Buffer) => (said += text.toString()));
    const end = ended(running);
    await until(
      'a word on the host',
      () => said.includes('liar cannot be used'),
      () => said,
    );
    expect(said).toContain(`liar cannot be used: ${because}`);
    expect(said).toContain('labsweep hosts on liar');
    // What others read is written every two seconds.
    for (const verb of [['status'], ['hosts', 'list'], ['why', 'x=6']])
      await expect
        .poll(async () => (await ended(type(...verb))).stdout, { timeout: 20_000, message: verb.join(' ') })
        .toContain(because);
    writeFileSync(join(lab.folder, 'gate'), '');
    expect(await end).toMatchObject({ code: exitCode.done });
    const board: unknown = JSON.parse((await ended(type('leaderboard', '--json'))).stdout);
    expect(board).toMatchObject({ rows: [6, 5, 4, 3, 2, 1].map((x) => ({ params: { x } })) });
    await ended(type('hosts', 'clean', 'oak', 'liar', '--force'));
  });
});
