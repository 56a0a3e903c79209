/** What somebody would try who owns one host of a lab: each is told once to a real coordinator, in front of a real agent. */
import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { whyNoSshd } from '../contracts/ssh-lab.ts';
import { HostileLab } from './hostile-lab.ts';
import { endWith, factsWith, figures } from './messages.ts';

const evil = Buffer.from('#!/bin/sh\necho owned\n');
const file = (path: string): object => ({ path, base64: evil.toString('base64') });
const artifact = (path: string, more: object = {}): object => ({
  path,
  sizeBytes: evil.length,
  sha256: createHash('sha256').update(evil).digest('hex'),
  comesBack: true,
  ...more,
});
const ended = (attempt: string, paths: readonly string[], more: object = {}): object => ({
  kind: 'ended',
  attempt,
  end: endWith({ artifacts: paths.map((path) => artifact(path)), ...more }),
  files: paths.map(file),
});

interface Ids {
  readonly own: string;
  readonly ownTrial: string;
  readonly others: string;
  readonly othersTrial: string;
}

/** No agent says it: the host is not listened to any more, and people are told what it was. */
const refused: Readonly<Record<string, (ids: Ids) => string | object>> = {
  'an attempt whose id is a path': () => ended('../../../victim', ['x']),
  'an artifact whose path leaves its folder': ({ own }) => ended(own, ['../../../../victim']),
  'an artifact whose path is absolute': ({ own }) => ended(own, ['/etc/cron.d/victim']),
  'an artifact with a NUL in its name': ({ own }) => ended(own, ['a\0b']),
  'an artifact of which another needs a folder': ({ own }) => ended(own, ['a', 'a/b']),
  'an artifact of which another was a folder': ({ own }) => ended(own, ['a/b', 'a']),
  'an artifact that is there twice': ({ own }) => ended(own, ['a', 'a']),
  'a size below nothing': ({ own }) => ended(own, [], { artifacts: [artifact('a', { sizeBytes: -1 })] }),
  'a hash that is none': ({ own }) => ended(own, [], { artifacts: [artifact('a', { sha256: '../x' })] }),
  'bytes that are no base64': ({ own }) => ({
    ...ended(own, ['a']),
    files: [{ path: 'a', base64: '!!!!' }],
  }),
  'a time of 1e308 seconds': ({ own }) => ended(own, [], { seconds: 1e308 }),
  'a time below nothing': ({ own }) => ended(own, [], { seconds: -1 }),
  'a number that is not finite': ({ own }) =>
    JSON.stringify(ended(own, [], { seconds: 77_777 })).replace('77777', '1e999'),
  'a silence of its own': ({ own }) => ended(own, [], { outcome: { kind: 'lost', reason: 'silence' } }),
  'a reason of 10 MB for an end': ({ own }) =>
    ended(own, [], { outcome: { kind: 'oom', message: 'x'.repeat(10_000_000) } }),
  'a metrics line of 10 MB': ({ own }) => ({
    kind: 'metrics',
    attempt: own,
    from: 0,
    lines: [{ score: 'x'.repeat(10_000_000) }],
  }),
  'a metrics line with a list in it': ({ own }) => ({
    kind: 'metrics',
    attempt: own,
    from: 0,
    lines: [{ score: [[1]] }],
  }),
  'metrics from before the first line': ({ own }) => ({ kind: 'metrics', attempt: own, from: -1, lines: [] }),
  'rules of 10 MB that hold a trial': ({ own }) => ({
    kind: 'figures',
    figures,
    holds: [
      {
        attempt: own,
        refusals: Array.from({ length: 2_000 }, () => ({
          kind: 'gpus',
          devices: Array.from({ length: 60 }, () => ({
            device: 'GPU-1',
            index: 1,
            refusals: [{ kind: 'gpu-claims', because: 'x' }],
          })),
        })),
      },
    ],
    others: [],
  }),
  'an unknown kind of message': () => ({ kind: 'run', command: 'rm' }),
  'no JSON': () => 'GET / HTTP/1.1',
  'deep nesting': () => '['.repeat(1_000_000),
  'a prototype for a message': () => '{"__proto__": {"kind": "stuck", "because": null}}',
  'a list of millions of nothings': () => `{"kind":"started","attempts":[${'0,'.repeat(4_000_000)}0]}`,
  'a line of 60 MB': () => 'x'.repeat(60_000_000),
  'a second welcome': () => ({ kind: 'welcome', protocol: 5, facts: factsWith() }),
  'another machine in the middle of a connection': () => ({ kind: 'facts', facts: factsWith() }),
  'twice what it holds': () => ({ kind: 'state', backlog: [], running: [], ended: [] }),
  'a term beyond all terms': () => ({
    kind: 'turned-away',
    reason: 'older-term',
    message: '',
    term: 2 ** 53 - 2,
  }),
  'a term that no double holds': () =>
    '{"kind":"turned-away","reason":"older-term","message":"","term":1e300}',
  'options for pip': () => ({
    kind: 'launch',
    launch: 'launch-1',
    problem: 'no',
    logTail: '',
    wanted: { python: '3.11', implementation: 'cp', abis: ['--index-url=http://192.0.2.1'], platforms: [] },
  }),
  'a checkpoint that leaves its folder': ({ ownTrial }) => ({
    kind: 'checkpoint',
    trial: ownTrial,
    kept: {
      files: [{ path: '../x', executable: true, sha256: 'a'.repeat(64), size: 1, mode: 0o700, mtime: '1' }],
      others: [],
    },
    problem: null,
  }),
  'a checkpoint with a link that leaves its folder': ({ ownTrial }) => ({
    kind: 'checkpoint',
    trial: ownTrial,
    kept: { files: [], others: [{ kind: 'link', path: 'a/x', target: '../../x', mtime: '1' }] },
    problem: null,
  }),
};

/** An agent might say it, if not of this: nothing comes of it. */
const ignored: Readonly<Record<string, (ids: Ids) => object>> = {
  "the end of another host's attempt": ({ others }) => ended(others, ['model']),
  "a cancelled end of another host's attempt": ({ others }) =>
    ended(others, [], { outcome: { kind: 'cancelled' } }),
  "another host's attempt given back": ({ others }) => ({ kind: 'taken-back', attempts: [others], kept: [] }),
  'what nobody asked back': ({ own }) => ({ kind: 'taken-back', attempts: [own], kept: [] }),
  "another host's attempt started": ({ others }) => ({
    kind: 'started',
    attempts: [{ attempt: others, device: 'cpu' }],
  }),
  "metrics of another host's attempt": ({ others }) => ({
    kind: 'metrics',
    attempt: others,
    from: 0,
    lines: [{ score: 0.9999 }],
  }),
  'metrics with a gap before them': ({ own }) => ({
    kind: 'metrics',
    attempt: own,
    from: 5_000,
    lines: [{ score: 1 }],
  }),
  'the end of an attempt that never was': () => ended('abcdef012345-zz-0123456789abcdef', ['x']),
  "why another host's attempt waits": ({ others }) => ({
    kind: 'figures',
    figures,
    holds: [{ attempt: others, refusals: [{ kind: 'off', because: '\u001b[2J' }] }],
    others: [],
  }),
  'an answer to no question: a file': ({ others }) => ({
    kind: 'file',
    of: { kind: 'artifacts', attempt: others },
    path: 'model',
    offset: 0,
    base64: '',
    complete: true,
    problem: null,
  }),
  'an answer to no question: content': () => ({
    kind: 'content',
    hash: 'a'.repeat(64),
    present: true,
    problem: null,
  }),
  'an answer to no question: a log': ({ others }) => ({
    kind: 'log',
    attempt: others,
    offset: 2 ** 50,
    base64: '',
    complete: true,
    problem: null,
  }),
};

describe.skipIf(whyNoSshd !== null)('P9 a host that lies', () => {
  let lab: HostileLab;
  let ids: Ids;
  let before: unknown;

  beforeAll(async () => {
    lab = await HostileLab.open();
    await lab.begin();
    const [own] = lab.runningOn('liar');
    const [other] = lab.runningOn('oak');
    if (own === undefined || other === undefined) throw new Error('nothing runs');
    ids = { own: own.id, ownTrial: own.trial, others: other.id, othersTrial: other.trial };
    before = lab.surroundings();
  }, 120_000);
  afterAll(() => lab.close());
  beforeEach(() => lab.trustAgain(), 60_000);

  it.each(Object.entries(refused))(
    '%s: is not listened to any more',
    { timeout: 60_000 },
    async (_, attack) => {
      const said = attack(ids);
      lab.liar.write(`${typeof said === 'string' ? said : JSON.stringify(said)}\n`);
      await lab.until(() => lab.distrust !== null);
      expect(lab.distrust).toMatch(/^it says what no agent of labsweep says \(.*labsweep hosts on liar$/s);
      expect(lab.distrust).not.toContain('\u001b');
      expect(lab.surroundings()).toEqual(before);
    },
  );

  it.each(Object.entries(ignored))('%s: changes nothing', async (_, attack) => {
    const own = lab.runningOn('liar').map(({ id, status }) => ({ id, status }));
    const events = lab.events.length;
    lab.liar.say(attack(ids));
    await lab.liar.read();
    await pause(100); // a turn of the loop takes 25 ms; where nothing happens there is nothing to wait for
    expect(lab.surroundings()).toEqual(before);
    expect(lab.runningOn('liar').map(({ id, status }) => ({ id, status }))).toEqual(own);
    expect(lab.events.length).toBe(events);
    expect(lab.liar.isHeard).toBe(true);
  });

  /** How long others wait at most while `deed` is heard. */
  const longestWait = async (deed: () => Promise<void>): Promise<number> => {
    let [at, longest] = [performance.now(), 0];
    const look = (): void => {
      longest = Math.max(longest, performance.now() - at);
      at = performance.now();
    };
    const clock = setInterval(look, 10);
    await deed();
    look();
    clearInterval(clock);
    return longest;
  };

  it('ends of long words, in many folders: others are heard meanwhile', { timeout: 60_000 }, async () => {
    const one = lab.runningOn('liar').find(({ id }) => id !== ids.own);
    if (one === undefined) throw new Error('nothing runs');
    const words = 'a'.repeat(250_000);
    const outcome = { kind: 'failed', reason: 'exit', exitCode: 1, signal: null, message: words };
    const deep = Array.from({ length: 20 }, (_, index) => `${index}${'/a'.repeat(1_900)}`);
    const waited = await longestWait(async () => {
      lab.liar.say(ended(one.id, deep, { outcome, logTail: words }));
      await lab.until(() => lab.events.filter(({ kind }) => kind === 'artifact-gone').length === deep.length);
    });
    expect(lab.events.filter(({ kind }) => kind === 'artifact-gone')).toMatchObject(
      deep.map((path) => ({ path, because: 'it lies in over 100 folders, one in the other' })),
    );
    expect(waited).toBeLessThan(3_000);
    expect(lab.failed).toBeNull();
  });

  it('a link that lies in the state folder: is not followed', async () => {
    const folder = join(lab.state, 'artifacts', ids.own);
    mkdirSync(folder, { recursive: true });
    symlinkSync(join(lab.root, 'home'), join(folder, 'plots'));
    symlinkSync(join(lab.root, 'home/victim'), join(folder, 'model'));
    lab.liar.say(ended(ids.own, ['model', 'plots/victim', 'plots/new', 'good']));
    await lab.until(() => existsSync(join(folder, 'good')));
    expect(readFileSync(join(folder, 'good'))).toEqual(evil);
    // The artifact has taken the place of the link.
    expect(lstatSync(join(folder, 'model')).isFile()).toBe(true);
    expect(lab.surroundings()).toEqual(before);
    expect(lab.failed).toBeNull();
    // Told again with other bytes, what came first stays.
    lab.liar.say({ ...ended(ids.own, ['good']), files: [{ path: 'good', base64: 'b3RoZXI=' }] });
    await pause(100);
    expect(readFileSync(join(folder, 'good'))).toEqual(evil);
  });

  it("an attempt that it makes up for another host's trial is not adopted", async () => {
    const made = ['abcdef-1', 'abcdef012345-1-0123456789abcdef', `${ids.others.slice(0, -1)}0`];
    lab.liar.rewrite = (line) =>
      line.startsWith('{"kind":"state"')
        ? JSON.stringify({
            kind: 'state',
            backlog: [],
            running: [ids.others, ...made].map((attempt) => ({
              attempt,
              trial: ids.othersTrial,
              device: 'cpu',
              runningMs: 1,
            })),
            ended: [{ attempt: 'abcdef-2', trial: ids.othersTrial }],
          })
        : line;
    lab.liar.write('no JSON\n');
    await lab.until(() => lab.distrust !== null);
    await lab.trustAgain();
    lab.liar.rewrite = (line) => line;
    for (const id of made) lab.liar.say(ended(id, ['model']));
    await pause(100);
    expect(lab.events.filter(({ kind }) => kind === 'adopted')).toEqual([]);
    expect(lab.surroundings()).toEqual(before);
  });

  it('attempts that it makes up by the thousand: others are heard meanwhile', {
    timeout: 60_000,
  }, async () => {
    const ended = Array.from({ length: 80_000 }, (_, index) => ({
      attempt: `abcdef012345-${index}-0123456789abcdef`,
      trial: ids.ownTrial,
    }));
    const state = JSON.stringify({ kind: 'state', backlog: [], running: [], ended });
    lab.liar.rewrite = (line) => (line.startsWith('{"kind":"state"') ? state : line);
    lab.liar.write('no JSON\n');
    await lab.until(() => lab.distrust !== null);
    const waited = await longestWait(() => lab.trustAgain());
    lab.liar.rewrite = (line) => line;
    expect(waited).toBeLessThan(3_000);
    expect(lab.events.filter(({ kind }) => kind === 'adopted')).toEqual([]);
  });

  it('a later term, once it had served this one: is given up, and no term follows', async () => {
    const { term } = lab.coordinator.state.ledger;
    lab.liar.say({ kind: 'turned-away', reason: 'older-term', message: 'no', term: term + 1 });
    await lab.until(() => lab.distrust === 'no');
    expect(lab.coordinator.state.ledger.term).toBe(term);
    expect(lab.surroundings()).toEqual(before);
  });

  it('a flood: others are heard meanwhile, and it is left out', { timeout: 120_000 }, async () => {
    const flood = `${JSON.stringify({ kind: 'figures', figures, holds: [], others: [] })}\n`.repeat(20_000);
    const waited = await longestWait(async () => {
      while (lab.liar.isHeard) {
        lab.liar.write(flood);
        await lab.liar.read();
      }
    });
    await lab.until(() => lab.distrust !== null);
    expect(lab.distrust).toContain('far more messages a second');
    expect(waited).toBeLessThan(3_000);
    expect(lab.surroundings()).toEqual(before);
  });

  it('the results of the others are complete, and its own when it tells the truth', { timeout: 90_000 }, () =>
    lab.finish(),
  );
});
