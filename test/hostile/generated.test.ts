/** `HOSTILE_MESSAGES=10000 npx vitest run test/hostile/generated.test.ts`: as many messages of a lying host. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoSshd } from '../contracts/ssh-lab.ts';
import { HostileLab } from './hostile-lab.ts';
import { lyingLine } from './messages.ts';

const count = Number(process.env['HOSTILE_MESSAGES'] ?? 300);
const seed = Number(process.env['HOSTILE_SEED'] ?? 10);

describe.skipIf(whyNoSshd !== null)('P9 a host that says whatever comes to its mind', () => {
  let lab: HostileLab;

  beforeAll(async () => {
    lab = await HostileLab.open();
    await lab.begin();
  }, 120_000);
  afterAll(() => lab.close());

  it('touches no file of this machine, and no attempt of another host', {
    timeout: 120_000 + count * 500,
  }, async () => {
    const [own] = lab.runningOn('liar');
    const [other] = lab.runningOn('oak');
    if (own === undefined || other === undefined) throw new Error('nothing runs');
    const knows = { own: own.id, ownTrial: own.trial, others: other.id, othersTrial: other.trial };
    const before = lab.surroundings();
    let said = 0;
    let refused = 0;
    for (const line of fc.sample(lyingLine(knows), { numRuns: count, seed })) {
      if (!lab.liar.isHeard) await lab.trustAgain();
      lab.liar.write(`${line}\n`);
      said += 1;
      await lab.liar.read();
      if (!lab.liar.isHeard) refused += 1;
    }
    expect(lab.surroundings()).toEqual(before);
    expect(said).toBe(count);
    expect(refused).toBeGreaterThan(count / 10);
    await lab.finish();
    console.log(`${said} messages, ${refused} connections ended by them`);
  });
});
