/** Claims of real accounts that may not see each other's processes, and of one that means harm. Needs root. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentLog } from '../../../src/worker/agent-log.ts';
import { Claims, claimsPath, type Heard } from '../../../src/worker/claims/claims.ts';

const sayClaims = join(import.meta.dirname, 'fixtures/say-claims.ts');
const [mina, jonas] = [64_001, 64_002];

let root: string;
let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  root = mkdtempSync('/tmp/labsweep-accounts-');
  chmodSync(root, 0o1777);
  folder = join(root, 'claims');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

/** An agent's part in it, as an account, with /proc as the host mounts it. */
function account(
  uid: number,
  gpuBytes: number,
  hidden: boolean,
  agent = '',
): { heard: Heard[]; child: ChildProcess } {
  const mounts = hidden ? 'mount -t proc -o hidepid=2 proc /proc && ' : '';
  const as = `setpriv --reuid ${uid} --regid ${uid} --clear-groups`;
  const command = `${mounts}exec ${as} ${process.execPath} ${sayClaims} ${folder} ${gpuBytes} ${agent}`;
  const child = spawn('unshare', ['-m', 'sh', '-c', command], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const heard: Heard[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n').filter((one) => one !== '')) heard.push(JSON.parse(line) as Heard);
  });
  return { heard, child };
}
const claimedIn = ({ heard }: { readonly heard: readonly Heard[] }): number =>
  heard.at(-1)?.others.reduce((total, { gpuBytes }) => total + gpuBytes, 0) ?? -1;

const isHere = process.getuid?.() === 0 && process.platform === 'linux';

describe.skipIf(!isHere)('P4 claims of real accounts', { timeout: 90_000 }, () => {
  it.each([false, true])('are heard by each other, hidden processes: %s', async (hidden) => {
    const one = account(mina, 6e9, hidden);
    await expect.poll(() => claimedIn(one), { timeout: 20_000 }).toBe(0);
    const two = account(jonas, 3e9, hidden);
    await expect.poll(() => claimedIn(one), { timeout: 20_000 }).toBe(3e9);
    await expect.poll(() => claimedIn(two), { timeout: 20_000 }).toBe(6e9);
    expect(one.heard.at(-1)?.untold).toBeNull();
    if (hidden) {
      // Whoever says nothing any more claims nothing after 30 s.
      two.child.kill('SIGKILL');
      const file = readdirSync(folder).find((name) => name.startsWith(`${jonas}-`)) ?? '';
      const past = Date.now() / 1_000 - 31;
      utimesSync(join(folder, file), past, past);
    } else two.child.kill('SIGKILL');
    await expect.poll(() => claimedIn(one), { timeout: 20_000 }).toBe(0);
  });

  it('hold where processes are hidden as long as they are said again', async () => {
    const one = account(mina, 6e9, true);
    const two = account(jonas, 0, true);
    await expect.poll(() => claimedIn(two), { timeout: 20_000 }).toBe(6e9);
    const past = Date.now() / 1_000 - 29;
    utimesSync(join(folder, readdirSync(folder)[0] ?? ''), past, past);
    const [from, before] = [performance.now(), two.heard.length];
    await expect.poll(() => performance.now() - from > 13_000, { timeout: 20_000 }).toBe(true);
    expect(
      two.heard.slice(before + 1).every(({ others }) => others.length === 1 || claimedIn(two) === 6e9),
    ).toBe(true);
    expect(claimedIn(two)).toBe(6e9);
    expect(one.heard.at(-1)?.untold).toBeNull();
  });

  it('lie in a folder that another account has made, and are taken away by that one only with a word of it', async () => {
    const owner = account(jonas, 1e9, false);
    await expect.poll(() => claimedIn(owner), { timeout: 20_000 }).toBe(0);
    const one = account(mina, 6e9, false);
    await expect.poll(() => claimedIn(owner), { timeout: 20_000 }).toBe(6e9);
    expect(one.heard.at(-1)?.untold).toBeNull();
    const file = readdirSync(folder).find((name) => name.startsWith(`${mina}-`)) ?? '';
    execFileSync('setpriv', [
      '--reuid',
      String(jonas),
      '--regid',
      String(jonas),
      '--clear-groups',
      'rm',
      '-f',
      join(folder, file),
    ]);
    await expect.poll(() => one.heard.at(-1)?.untold ?? '', { timeout: 20_000 }).toContain('vanishes');
    await expect.poll(() => claimedIn(owner), { timeout: 20_000 }).toBe(6e9);
  });
});

describe.skipIf(!isHere)('P4 an account that means harm', { timeout: 90_000 }, () => {
  const open = (): Claims =>
    new Claims({
      folder,
      agent: '/home/ana/.labsweep',
      bootId: 'boot',
      shownOf: () => ({ gpuBytes: 0, hostBytes: 0 }),
      mostOf: () => ({ gpuBytes: 24e9, hostBytes: 64e9 }),
      log: new AgentLog(join(root, 'log')),
    });
  const asJonas = (script: string): void =>
    void execFileSync('setpriv', [
      '--reuid',
      String(jonas),
      '--regid',
      String(jonas),
      '--clear-groups',
      'sh',
      '-c',
      script,
    ]);

  it('cannot hide the claims of others behind files in their name', async () => {
    mkdirSync(folder);
    chmodSync(folder, 0o1777);
    asJonas(
      `cd ${folder}; for n in 10 11 12 13 14 15 16 17 18 19; do echo x > ${mina}-01234567890000$n.json; mkfifo ${mina}-11234567890000$n.json; ln -s /dev/zero ${mina}-21234567890000$n.json; done`,
    );
    account(mina, 6e9, false);
    const claims = open();
    await expect.poll(() => claims.look().others.length, { timeout: 20_000 }).toBe(1);
    expect(claims.look()).toMatchObject({ others: [{ gpuBytes: 6e9 }], untold: null });
  });

  it('cannot keep others from saying theirs by what lies in their place', async () => {
    const planted = (path: string): string => claimsPath(folder, path, mina).slice(folder.length + 1);
    mkdirSync(folder);
    chmodSync(folder, 0o1777);
    asJonas(`cd ${folder}; mkdir ${planted('/home/mina/.labsweep')}; touch ${planted('/data/mina')}`);
    for (const agent of ['/home/mina/.labsweep', '/data/mina']) {
      const one = account(mina, 6e9, false, agent);
      await expect.poll(() => claimedIn(one), { timeout: 20_000 }).toBe(0);
      expect(one.heard.at(-1)?.untold).toBeNull();
      await expect.poll(() => open().look().others.length, { timeout: 20_000 }).toBe(1);
      one.child.kill('SIGKILL');
      await expect.poll(() => open().look().others.length, { timeout: 20_000 }).toBe(0);
    }
  });

  it('that floods the folder slows nobody, hides no claim that was heard, and is named', async () => {
    account(mina, 6e9, false);
    const claims = open();
    await expect.poll(() => claims.look().others.length, { timeout: 20_000 }).toBe(1);
    asJonas(
      `cd ${folder}; i=0; while [ $i -lt 60 ]; do i=$((i+1)); touch $(seq -f '${jonas}-%016.0f.json' \${i}000 \${i}199); done`,
    );
    claims.look();
    const began = performance.now();
    const heard = claims.look();
    expect(performance.now() - began).toBeLessThan(500);
    expect(heard.others).toMatchObject([{ gpuBytes: 6e9 }]);
    await expect
      .poll(() => claims.look().untold, { timeout: 10_000 })
      .toMatch(/is full of files that are no claims, such as 64002-/);
  });

  it('that claims absurd figures claims what there is at most', () => {
    mkdirSync(folder);
    chmodSync(folder, 0o1777);
    const claim = { device: 'GPU-0', gpuBytes: 1e308, hostBytes: 1e308, announcedAt: null, process: null };
    const stat = execFileSync('sh', ['-c', 'echo $$; cut -d" " -f22 /proc/$$/stat'], { encoding: 'utf8' });
    const agent = { pid: Number(stat.split('\n')[0]), startTime: Number(stat.split('\n')[1]) };
    for (let number = 0; number < 8; number += 1) {
      const path = join(folder, `${jonas}-000000000000000${number}.json`);
      // From another container, so that it is believed as long as it is fresh.
      writeFileSync(
        path,
        JSON.stringify({ bootId: 'boot', agent, namespace: 'elsewhere', claims: [claim, claim] }),
      );
      execFileSync('chown', [String(jonas), path]);
    }
    const { others } = open().look();
    const sum = (what: 'gpuBytes' | 'hostBytes'): number =>
      others.reduce((total, one) => total + one[what], 0);
    expect([others.length, sum('gpuBytes'), sum('hostBytes')]).toEqual([16, 24e9, 64e9]);
    for (const name of readdirSync(folder)) utimesSync(join(folder, name), 4e9, 4e9);
    expect(open().look().others).toEqual([]);
  });

  it('that puts a link in the place of the folder is told of', () => {
    symlinkSync(root, folder);
    const claims = open();
    claims.say([{ device: 'GPU-0', gpuBytes: 1, hostBytes: 0, announcedAt: null, process: null }]);
    expect(claims.look().untold).toContain('is not a folder for everybody');
    claims.close();
  });
});
