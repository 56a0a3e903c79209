/** A host that does not stop to speak, whatever it is told: a login file in a loop, or somebody who means harm. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probe } from '../../src/coordinator/fleet/probe.ts';
import { problem, Ways } from '../contracts/reach.ts';
import { SshLab, whyNoSshd } from '../contracts/ssh-lab.ts';

const wanted = { folder: '/tmp/labsweep-endless', own: null, build: '0'.repeat(16) };

describe.skipIf(whyNoSshd !== null).each(['ssh2', 'openssh'] as const)('P9 an endless host by %s', (kind) => {
  let lab: SshLab;
  let file: string;
  const ways = new Ways();

  beforeAll(async () => {
    lab = new SshLab();
    file = join(lab.folder, 'file');
    writeFileSync(file, 'content');
    await lab.start('talks', { settings: ['ForceCommand yes'] });
    await lab.start('complains', { settings: ['ForceCommand yes >&2'] });
    await lab.start('begins', {
      settings: [`ForceCommand printf 'labsweep-probe-1\\n'; yes 'user x'`],
    });
  }, 60_000);
  afterAll(async () => {
    await ways.close();
    await lab.close();
  });

  it.each(['talks', 'complains', 'begins'])(
    'that %s is not listened to any more when it is looked at',
    { timeout: 60_000 },
    async (name) => {
      const error = await problem(probe(ways.reach(kind, name, lab), wanted, 'token'));
      expect(error).toMatchObject({ kind: 'endless', lasting: true });
      expect(error.message).toBe(`${name} says more than the answer to a command can be`);
    },
  );

  it('that talks is not waited for by the agent, nor by a file', { timeout: 60_000 }, async () => {
    const transport = ways.reach(kind, 'talks', lab);
    const attached = await problem(transport.attach({ socket: '/x', relay: ['relay'] }));
    expect(attached).toMatchObject({ kind: 'endless', lasting: true });
    expect(await problem(transport.put(file, '/tmp/labsweep-endless/file'))).toMatchObject({
      kind: 'endless',
    });
  });
});
