import { describe, expect, it } from 'vitest';
import type { Instruction } from '../../src/coordinator/core/events.ts';
import { hostName, trialId } from '../../src/model/ids.ts';
import type { Lease } from '../../src/protocol/messages.ts';
import { declarationOf, endOf, points, World } from './world.ts';

const minute = 60_000;

const leases = (instructions: readonly Instruction[]): { host: string; lease: Lease }[] =>
  instructions.flatMap((instruction) =>
    instruction.kind === 'send' && instruction.message.kind === 'lease'
      ? instruction.message.leases.map((lease) => ({ host: instruction.host, lease }))
      : [],
  );

/** One trial on so many hosts, each of which goes down a minute after it got it. */
class Lab extends World {
  at: { host: string; lease: Lease } | undefined;

  constructor(hosts: readonly string[]) {
    super(hosts);
    this.declare(declarationOf(), points(1));
    const given = hosts.flatMap((host) => leases(this.ready(host)));
    this.at = given[0];
  }

  /** The host that has it starts anew. @returns where it was leased next, and whether to run alone */
  crash(): string | undefined {
    const { host, lease } = this.at ?? { host: '', lease: { attempt: '' } };
    this.say(host, { kind: 'started', attempts: [{ attempt: lease.attempt, device: 'cpu' }] });
    this.now += minute;
    this.post({ kind: 'host-disconnected', host: hostName(host), because: 'no answer' });
    this.connect(host, { ended: [{ attempt: lease.attempt, trial: 'trial-0' }] });
    const decided = this.end(lease.attempt, endOf({ kind: 'lost', reason: 'reboot' }), host);
    const again = this.post({ kind: 'launch-ready', host: hostName(host), launch: 'launch-1' });
    [this.at] = leases([...decided, ...again]);
    return this.at && `${this.at.lease.alone ? 'alone ' : ''}on ${this.at.host}`;
  }

  get status() {
    return this.state.ledger.trials.get(trialId('trial-0'))?.status;
  }
}

describe('a trial under which hosts go down', () => {
  it('runs alone after two, and is given up after two more in which it did', () => {
    const lab = new Lab(['cedar', 'maple', 'rowan']);
    expect(lab.at?.lease.alone).toBe(false);
    const went = [lab.crash(), lab.crash(), lab.crash()];
    expect(went[0]).toMatch(/^on /);
    expect(went[1]).toMatch(/^alone on /);
    expect(went[2]).toMatch(/^alone on /);
    expect(went[2]).not.toBe(went[1]);
    expect(lab.crash()).toBeUndefined();
    expect(lab.status).toMatchObject({
      kind: 'failed',
      because: expect.stringMatching(
        /^hosts go down under it: it ran alone on \w+ and \w+, which went down$/,
      ),
    });
  });

  it('is given up after one where there is only one host', () => {
    const lab = new Lab(['cedar']);
    expect([lab.crash(), lab.crash(), lab.crash()]).toEqual(['on cedar', 'alone on cedar', undefined]);
    expect(lab.status).toMatchObject({ kind: 'failed', because: expect.stringContaining('alone on cedar') });
  });

  it('waits for a second host that is away, and is given up when it stays away', () => {
    const lab = new Lab(['cedar', 'maple']);
    lab.post({ kind: 'host-disconnected', host: hostName('maple'), because: 'no answer' });
    lab.crash();
    lab.crash();
    expect(lab.crash()).toBeUndefined();
    lab.pass(4 * minute);
    expect(lab.status?.kind).toBe('queued');
    lab.pass(2 * minute);
    expect(lab.status?.kind).toBe('failed');
  });

  it('is tried on the second host when that comes back', () => {
    const lab = new Lab(['cedar', 'maple']);
    lab.post({ kind: 'host-disconnected', host: hostName('maple'), because: 'no answer' });
    for (let crash = 0; crash < 3; crash += 1) lab.crash();
    expect(leases(lab.ready('maple'))).toMatchObject([{ host: 'maple', lease: { alone: true } }]);
  });

  it('does not wait for one that a person has switched off', () => {
    const lab = new Lab(['cedar', 'maple']);
    lab.post({
      kind: 'asked',
      by: 1,
      command: { kind: 'off', host: 'maple', because: 'PSU broken' },
    });
    const went = [lab.crash(), lab.crash(), lab.crash()];
    expect(went).toEqual(['on cedar', 'alone on cedar', undefined]);
    expect(lab.status?.kind).toBe('failed');
  });

  it('counts when it succeeds alone after all', () => {
    const lab = new Lab(['cedar', 'maple']);
    lab.crash();
    lab.crash();
    const { host, lease } = lab.at ?? { host: '', lease: { attempt: '' } };
    lab.end(lease.attempt, endOf({ kind: 'succeeded' }, 1), host);
    expect(lab.status?.kind).toBe('succeeded');
    expect(lab.state.ledger.shaken.size).toBe(0);
  });
});
