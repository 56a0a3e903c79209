import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentLog } from '../../../src/worker/agent-log.ts';
import { Claims, type ClaimsOptions } from '../../../src/worker/claims/claims.ts';
import type { OurClaim } from '../../../src/worker/core/claims.ts';
import { readProcessStat } from '../../../src/worker/telemetry/process-stat.ts';

const uid = process.getuid?.() ?? 0;
const self = { pid: process.pid, startTime: readProcessStat('self')?.startTime ?? 0 };
const claim = (more: Partial<OurClaim> = {}): OurClaim => ({
  device: 'GPU-0',
  gpuBytes: 6e9,
  hostBytes: 0,
  announcedAt: 5,
  process: null,
  ...more,
});

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'labsweep-claims-test-'));
  folder = join(root, 'claims');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const agentLog = (): string => join(root, 'agent.log');
const open = (more: Partial<ClaimsOptions> = {}): Claims =>
  new Claims({
    folder,
    agent: '/home/mina/.labsweep',
    bootId: 'boot',
    shownOf: () => ({ gpuBytes: 0, hostBytes: 0 }),
    mostOf: () => ({ gpuBytes: 24e9, hostBytes: 64e9 }),
    log: new AgentLog(agentLog()),
    ...more,
  });
/** An agent of another account, which reads what this one's user has written. */
const other = (more: Partial<ClaimsOptions> = {}): Claims => open({ uid: uid + 1, ...more });
const fileOf = (user: number): string => join(folder, `${user}-0123456789abcdef.json`);
const put = (text: string, user = uid): void => writeFileSync(fileOf(user), text);
const file = (more: object = {}): string =>
  JSON.stringify({ bootId: 'boot', agent: self, claims: [claim()], ...more });
const said = {
  user: expect.any(String),
  device: 'GPU-0',
  gpuBytes: 6e9,
  hostBytes: 0,
  announcedAt: 5,
  gpuShownBytes: 0,
  session: null,
  hostShownBytes: 0,
};

describe('claims', () => {
  it('are read by other accounts and not by their own', () => {
    const mine = open();
    mine.say([claim()]);
    expect(other().look().others).toEqual([said]);
    expect(mine.look().others).toEqual([]);
    mine.say([claim({ gpuBytes: 7e9, announcedAt: null, process: self })]);
    expect(other().look().others).toEqual([{ ...said, session: self.pid, gpuBytes: 7e9, announcedAt: null }]);
  });

  it('lie where every account may put its own and none may take away another’s, and can be read by all', () => {
    const mask = process.umask(0o077);
    open().say([claim()]);
    process.umask(mask);
    expect(lstatSync(folder).mode & 0o7777).toBe(0o1777);
    const [name = '', ...more] = readdirSync(folder);
    expect(more).toEqual([]);
    expect(lstatSync(join(folder, name)).mode & 0o7777).toBe(0o644);
  });

  it('are gone with the last that is withdrawn, and so is the folder', () => {
    const [mine, second] = [open(), open({ agent: '/data/mina' })];
    mine.say([claim()]);
    second.say([claim()]);
    expect(other().look().others).toHaveLength(2);
    mine.say([]);
    expect(other().look().others).toHaveLength(1);
    second.say([]);
    second.say([]);
    expect(readdirSync(root)).toEqual([]);
    second.say([claim()]);
    expect(other().look().others).toHaveLength(1);
  });

  it('of an account that may not take the folder along leave it to the one that made it', async () => {
    const [mine, theirs] = [open(), other()];
    mine.say([claim()]);
    theirs.say([claim()]);
    mine.say([]);
    expect(readdirSync(folder)).toHaveLength(1);
    // As it is where /tmp has the sticky bit and the folder is not theirs.
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    await expect.poll(() => readdirSync(root), { timeout: 10_000 }).toEqual([]);
  });

  it('say how much of them the figures show', () => {
    open().say([claim({ process: self })]);
    const shownOf = (session: number, device: string): { gpuBytes: number; hostBytes: number } => ({
      gpuBytes: session === self.pid && device === 'GPU-0' ? 4e9 : 0,
      hostBytes: 3,
    });
    expect(other({ shownOf }).look().others).toMatchObject([{ gpuShownBytes: 4e9, hostShownBytes: 3 }]);
  });
});

describe('what accounts tell of themselves', () => {
  const wants = { gpus: 1, gpuBytes: 6e9, hostBytes: 0 } as const;
  const about = { used: { gpuSeconds: 40, coreSeconds: 2 }, wants, started: 7 };
  const heard = { user: expect.any(String), used: about.used, wants: [wants], started: 7 };

  it('is heard by others, also where nothing of theirs runs yet, and gone with the last of it', () => {
    const mine = open();
    mine.say([], about);
    expect(other().look()).toMatchObject({ others: [], accounts: [heard] });
    mine.say([], { ...about, wants: null });
    expect(readdirSync(root)).toEqual([]);
  });

  it('of several agents of one account is taken together', () => {
    open().say([], about);
    open({ agent: '/data/mina' }).say([claim()], { ...about, wants: null });
    const used = { gpuSeconds: 80, coreSeconds: 4 };
    expect(other().look().accounts).toMatchObject([{ used, wants: [wants], started: 14 }]);
  });

  it.each([
    ['whose agent is gone', file({ account: about, agent: { pid: 2 ** 22 + 1, startTime: 1 } }), 0],
    ['of another boot', file({ account: about, bootId: 'another' }), 0],
    ['that was not said again for a while', file({ account: about }), 31],
    ['that an agent of before has written', file(), 0],
  ])('counts for nothing where it is a file %s', (_, text, ageSeconds) => {
    mkdirSync(folder);
    put(text);
    const past = Date.now() / 1_000 - ageSeconds;
    utimesSync(fileOf(uid), past, past);
    expect(other().look().accounts).toEqual([]);
  });

  it.each([
    { gpuSeconds: 1e12, coreSeconds: 0 },
    { gpuSeconds: -1, coreSeconds: 0 },
  ])('counts for nothing where it cannot be: %o', (used) => {
    mkdirSync(folder);
    put(file({ account: { ...about, used } }));
    expect(other().look()).toMatchObject({ others: [], accounts: [] });
  });
});

describe('claims that count for nothing', () => {
  beforeEach(() => mkdirSync(folder));

  it.each([
    ['of another boot', file({ bootId: 'another' })],
    ['of an agent that is gone', file({ agent: { pid: 2 ** 22 + 1, startTime: 1 } })],
    [
      'of an agent whose number another process has',
      file({ agent: { ...self, startTime: self.startTime - 1 } }),
    ],
    ['of a trial that is gone', file({ claims: [claim({ process: { ...self, startTime: 1 } })] })],
    ['that are no JSON', '{'],
    ['of another form', file({ claims: [{ ...claim(), gpuBytes: -1 }] })],
    ['that are no number', file().replace('6000000000', '1e999')],
    ['in a file that is far too long', file() + ' '.repeat(70_000)],
  ])('%s', (_, text) => {
    put(file());
    expect(other().look().others).toHaveLength(1);
    put(text);
    expect(other().look().others).toEqual([]);
  });

  it('in the name of another user', () => {
    put(file(), uid + 2);
    expect(other().look().others).toEqual([]);
  });

  it('behind a link, in a pipe, in a folder, or under another name', () => {
    const elsewhere = join(root, 'elsewhere');
    writeFileSync(elsewhere, file());
    symlinkSync(elsewhere, fileOf(uid));
    expect(other().look().others).toEqual([]);
    rmSync(fileOf(uid));
    execFileSync('mkfifo', [fileOf(uid)]);
    expect(other().look().others).toEqual([]);
    rmSync(fileOf(uid));
    mkdirSync(fileOf(uid));
    expect(other().look().others).toEqual([]);
    linkSync(elsewhere, join(folder, `${uid}.json`));
    expect(other().look().others).toEqual([]);
  });

  it.skipIf(uid !== 0)('of a process that is not theirs (needs root)', () => {
    put(file(), 4242);
    execFileSync('chown', ['4242', fileOf(4242)]);
    expect(other().look().others).toEqual([]);
    execFileSync('chown', ['4242', '-R', folder]);
    put(file());
    execFileSync('chown', ['0', fileOf(uid)]);
    expect(other().look().others).toHaveLength(1);
  });

  it.skipIf(uid !== 0)('in a file that another user has put there in their name (needs root)', () => {
    put(file());
    expect(other().look().others).toHaveLength(1);
    execFileSync('chown', ['4242', fileOf(uid)]);
    expect(other().look().others).toEqual([]);
  });

  it('beyond what one user needs', () => {
    for (let count = 10; count < 60; count += 1)
      writeFileSync(join(folder, `${uid}-01234567890000${count}.json`), file());
    expect(other().look().others).toHaveLength(8);
  });
});

describe('a folder that is not what it should be', () => {
  const complaints = (): string[] =>
    readFileSync(agentLog(), 'utf8')
      .split('\n')
      .filter((line) => line.includes('cannot be told'));

  it('is not written to, which the log has once', () => {
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    const mine = open();
    mine.say([claim()]);
    mine.say([claim()]);
    expect(readdirSync(folder)).toEqual([]);
    expect(complaints()).toHaveLength(1);
    chmodSync(folder, 0o1777);
    mine.say([claim()]);
    expect(other().look().others).toHaveLength(1);
  });

  it('is not followed where it is a link', () => {
    const elsewhere = join(root, 'elsewhere');
    mkdirSync(elsewhere);
    chmodSync(elsewhere, 0o1777);
    symlinkSync(elsewhere, folder);
    open().say([claim()]);
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(complaints()).toHaveLength(1);
  });

  it('holds nobody up where it cannot be made', () => {
    const mine = open({ folder: '/proc/labsweep-claims' });
    mine.say([claim()]);
    expect(mine.look().others).toEqual([]);
    expect(complaints()).toHaveLength(1);
  });
});
