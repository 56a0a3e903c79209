import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Moment, noCeiling } from '../../../src/model/ceiling.ts';
import { AgentLog } from '../../../src/worker/agent-log.ts';
import { BearingFolder } from '../../../src/worker/bearing/bearing-folder.ts';

const uid = process.getuid?.() ?? 0;
let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'labsweep-bearing-test-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const own = (): string => join(root, `labsweep-${uid}`);
const open = (bootId: string): BearingFolder =>
  new BearingFolder(bootId, new AgentLog(join(root, 'agent.log')), root);

const moment = (at: number): Moment => ({
  at,
  watts: 400,
  idleWatts: 60,
  limitWatts: 500,
  celsius: 70,
  memoryBytes: 1,
  memoryTotalBytes: 2,
  running: 1,
});
const ceiling = { ...noCeiling, watts: 300, borneWatts: 280 };

describe('what a host bears', () => {
  it('is nothing at first', () => {
    expect(open('one').recall()).toEqual({ ceiling: noCeiling, others: [], before: null });
    expect(readdirSync(root)).toEqual([]);
  });

  it('outlives a boot: the ceiling, and the moments before the power was lost', () => {
    const before = open('one');
    before.keepCeiling(ceiling);
    before.keepMoments([moment(1_000), moment(2_000)]);
    before.keepMoments([moment(3_000)]);
    expect(open('two').recall()).toEqual({
      ceiling,
      others: [],
      before: {
        bootId: 'one',
        moments: [moment(1_000), moment(2_000), moment(3_000)],
        hasLeft: false,
      },
    });
  });

  it('tells nothing of moments in the same boot, nor after a farewell', () => {
    const before = open('one');
    before.keepMoments([moment(1_000)]);
    expect(open('one').recall().before).toBeNull();
    before.farewell();
    expect(open('two').recall().before).toEqual({ bootId: 'one', moments: [], hasLeft: true });
  });

  it('tells nothing after a farewell at the end of a long night, in which the ring went round', () => {
    const before = open('one');
    for (let second = 0; second < 900; second += 5)
      before.keepMoments([0, 1, 2, 3, 4].map((more) => moment((second + more) * 1_000)));
    before.farewell();
    expect(open('two').recall().before).toEqual({ bootId: 'one', moments: [], hasLeft: true });
  });

  it('begins anew with each agent that has something to keep', () => {
    open('one').keepMoments([moment(1_000)]);
    open('two').keepMoments([moment(7_000)]);
    expect(open('three').recall().before?.moments).toEqual([moment(7_000)]);
  });

  it('keeps no more than a ring of moments, and the last of them', () => {
    const before = open('one');
    for (let second = 0; second < 3_000; second += 5)
      before.keepMoments([0, 1, 2, 3, 4].map((more) => moment((second + more) * 1_000)));
    const moments = open('two').recall().before?.moments ?? [];
    expect(moments.at(-1)).toEqual(moment(2_999_000));
    expect(moments.length).toBeGreaterThan(600);
    expect(moments.length).toBeLessThan(1_300);
  });

  it('survives a torn line, and a file of something else', () => {
    const before = open('one');
    before.keepMoments([moment(1_000)]);
    appendFileSync(join(own(), 'moments'), '{"at":2000,"wat');
    writeFileSync(join(own(), 'ceiling.json'), '{"watts": "many"}');
    expect(open('two').recall()).toMatchObject({
      ceiling: noCeiling,
      before: { moments: [moment(1_000)] },
    });
  });

  /** What an agent makes is for itself alone, unless it says otherwise. */
  const asAgentsDo = (act: () => void): void => {
    const umask = process.umask(0o077);
    try {
      act();
    } finally {
      process.umask(umask);
    }
  };
  const modes = (): number[] =>
    ['', 'ceiling.json', 'moments'].map((name) => statSync(join(own(), name)).mode & 0o777);

  it('may be read by all accounts, and written by its own alone, as an agent makes it', () => {
    asAgentsDo(() => {
      const folder = open('one');
      folder.keepCeiling(ceiling);
      folder.keepMoments([moment(1_000)]);
    });
    expect(modes()).toEqual([0o755, 0o644, 0o644]);
  });

  it('that an earlier version kept from other accounts may be read by them from the next moment on', () => {
    open('one').keepCeiling(ceiling);
    chmodSync(join(own(), 'ceiling.json'), 0o600);
    chmodSync(own(), 0o700);
    open('one').keepMoments([moment(1_000)]);
    expect(modes()).toEqual([0o755, 0o644, 0o644]);
  });

  it.runIf(uid === 0)('is read by another account', () => {
    asAgentsDo(() => open('one').keepCeiling(ceiling));
    chmodSync(root, 0o755);
    const other = { cwd: '/', encoding: 'utf8', uid: 65_533, gid: 65_533 } as const;
    expect(JSON.parse(execFileSync('cat', [join(own(), 'ceiling.json')], other))).toEqual(ceiling);
  });

  it.runIf(uid === 0)('is heard of other accounts, by the owner of their files alone', async () => {
    const { chownSync } = await import('node:fs');
    const say = (name: string, owner: number, watts: number): void => {
      const folder = join(root, name);
      mkdirSync(folder, { mode: 0o755 });
      writeFileSync(join(folder, 'ceiling.json'), JSON.stringify({ ...noCeiling, watts }));
      for (const path of [folder, join(folder, 'ceiling.json')]) chownSync(path, owner, owner);
    };
    say('labsweep-2001', 2001, 410);
    say('labsweep-2002', 2001, 10);
    say('labsweep-x', 2001, 20);
    expect(
      open('one')
        .recall()
        .others.map(({ watts }) => watts),
    ).toEqual([410]);
  });

  it('follows no link that somebody has put in the place of its folder or of a file', () => {
    const elsewhere = join(root, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'ceiling.json'), 'mine');
    symlinkSync(elsewhere, own());
    open('one').keepCeiling(ceiling);
    expect(readFileSync(join(elsewhere, 'ceiling.json'), 'utf8')).toBe('mine');
    expect(readFileSync(join(root, 'agent.log'), 'utf8')).toContain("is not this account's folder");
    rmSync(own());
    mkdirSync(own());
    symlinkSync(join(elsewhere, 'ceiling.json'), join(own(), 'moments'));
    open('one').keepMoments([moment(1_000)]);
    expect(readFileSync(join(elsewhere, 'ceiling.json'), 'utf8')).toBe('mine');
  });

  it('that cannot be kept keeps nothing from going on', () => {
    const before = new BearingFolder('one', new AgentLog(join(root, 'agent.log')), '/proc');
    before.keepMoments([moment(1_000)]);
    before.keepCeiling(ceiling);
    before.farewell();
    expect(readFileSync(join(root, 'agent.log'), 'utf8')).toContain('cannot be kept in /proc/');
  });
});
