/** Trials of one host that write into all that they find, as root and as another account, with `setup` and without. */
import {
  appendFileSync,
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contentPath, verifyContent } from '../../src/content/store.ts';
import { contentHash } from '../../src/model/ids.ts';
import { folderOf } from '../content/folders.ts';
import { type Account, Host, launchOf, leaseOf, type Writer } from './real-agent.ts';

/** Counts the bytes of all that it finds, then writes into, replaces, renames and removes all of it. */
const train = `#!/bin/sh
seen=$(cat ./*/* config table 2>/dev/null | wc -c)
echo "trial $1 was here" >> logs/history
echo "x: $1" > config
: > table
chmod 600 pkg/data && echo "$1" >> pkg/data && mv pkg/data pkg/data.$1
rm pkg/gone
mkdir -p logs/$1 deep/er && echo "$1" > logs/$1/log && echo "$1" > deep/er/file
[ ! -e built/made ] || { chmod u+w built built/made; echo "$1" >> built/made; rm built/other; echo > built/$1; }
echo "{\\"score\\": $((seen + $1))}"
`;
const files = {
  train,
  config: 'x: none\n',
  table: '1,2,3\n',
  'logs/history': 'nothing yet\n',
  'pkg/data': 'data\n',
  'pkg/gone': 'gone\n',
};
const setup = [
  'sh',
  '-c',
  'mkdir built; echo made > built/made; echo other > built/other; echo >> logs/history',
];

let host: Host;
let writer: Writer;
const content = (): string => join(host.folder, 'content');

async function begin(account: Account | null): Promise<void> {
  host = new Host(account);
  await host.serve(60_000, { ...process.env, SHELL: '/bin/sh', HOME: host.folder });
  writer = await host.connect();
  await writer.greet();
}

afterEach(async () => {
  expect(await host.dispose()).toEqual([]);
});

const bring = (folder: string): Promise<string> => host.bring(writer, folder);

/** Every number up to `count`, in an order that looks random and is the same each time. */
const shuffled = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => (index * 7919 + 104_729) % count);

const isRoot = process.getuid?.() === 0 && process.platform === 'linux';
const accounts: [string, Account | null][] = [
  ['this account', null],
  ...(isRoot ? [['another account', { uid: 65_534, gid: 65_534 }] satisfies [string, Account]] : []),
];

describe.each(accounts)('P3 trials of %s', (_, account) => {
  beforeEach(() => begin(account));

  it.each([
    ['without `setup`', null],
    ['with `setup`', setup],
  ])(
    '200 of them in random order, %s, have the figures of each run alone',
    { timeout: 120_000 },
    async (_, argv) => {
      const hash = await bring(folderOf(files));
      const launch = launchOf(['./train', '{x}'], { files: hash, setup: argv });
      const order = shuffled(200);
      writer.lease(launch, ...order.map((x) => leaseOf(`a-${x}`, { params: { x } })));
      const ends = await Promise.all(order.map((x) => writer.ended(`a-${x}`)));
      const texts =
        Object.entries(files)
          .map(([, text]) => text)
          .join('').length - train.length;
      const alone = texts + (argv === null ? 0 : 'made\nother\n\n'.length);
      const scores = ends.map(({ end }) => end.final?.['score'] ?? end);
      expect(scores).toEqual(order.map((x) => alone + x));
      expect(await verifyContent(content(), contentHash(hash))).toEqual([]);
    },
  );
});

/** The end of a line of shell that ran among a program's files, and the log of it. */
async function run(attempt: string, hash: string, script: string, argv: string[] | null = null) {
  const { end } = await writer.run(attempt, launchOf(['sh', '-c', script], { files: hash, setup: argv }));
  return { ...end, log: readFileSync(host.runFile(attempt, 'log'), 'utf8').trim() };
}
const succeeds = `echo '{"score": 1}' >> "$LABSWEEP_REPORT"`;

describe('an attempt’s own folder', { timeout: 60_000 }, () => {
  beforeEach(() => begin(null));

  it('is where a program finds itself, its packages and its data, whatever way it looks', async () => {
    const hash = await bring(
      folderOf({
        'pkg/__init__.py': '',
        'pkg/__main__.py': 'from . import data\nprint(data.where())\n',
        'pkg/data.py': [
          'import os, pathlib, sys',
          'here = pathlib.Path(__file__).resolve().parent',
          'def where():',
          '    (here / "cache").write_text((here.parent / "table").read_text())',
          '    return os.path.realpath(sys.argv[0]) + " " + str(here) + " " + os.getcwd()',
          '',
        ].join('\n'),
        table: '1\n',
      }),
    );
    const { log } = await run('a-1', hash, `unset PYTHONDONTWRITEBYTECODE; python3 -m pkg; ${succeeds}`);
    const work = host.runFile('a-1', 'work');
    expect(log).toBe(`${work}/pkg/__main__.py ${work}/pkg ${work}`);
    expect(readdirSync(`${work}/pkg`)).toEqual(expect.arrayContaining(['__pycache__', 'cache']));
    expect(await verifyContent(content(), contentHash(hash))).toEqual([]);
  });

  it('has files of their times, and that can be executed as they could; pipes and sockets can be made there', async () => {
    const folder = folderOf({ train: '#!/bin/sh\n', plain: '' });
    const hash = await bring(folder);
    const past = new Date('2020-01-01T00:00:00.5Z');
    const snapshot = contentPath(content(), contentHash(hash));
    utimesSync(join(snapshot, 'plain'), past, past);
    const socket = `python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("s")'`;
    const look = `stat -c '%n %a %Y' plain train; mkfifo p; ${socket}; ls -F; ${succeeds}`;
    const { log, outcome } = await run('a-1', hash, look);
    expect(outcome.kind).toBe('succeeded');
    const [plain, train] = log.split('\n');
    expect(plain).toBe(`plain 644 ${Math.floor(past.getTime() / 1_000)}`);
    expect(train).toMatch(/^train 755 /);
    expect(log).toMatch(/p\|\nplain\ns=\ntrain\*$/);
  });

  it('of what `setup` left has links, modes and odd names as they are', async () => {
    const hash = await bring(folderOf({ table: '1\n' }));
    const odd = `'import os; os.makedirs(b"odd\\xff/sub"); open(b"odd\\xff/sub/file", "w").write("odd")'`;
    const argv = [
      'sh',
      '-c',
      `python3 -c ${odd}; ln -s table link; ln -s nowhere broken; echo key > key; chmod 600 key; mkfifo p; mkdir shut; chmod 555 shut; echo 2 > table`,
    ];
    const look = `cat odd*/sub/file link; readlink broken; stat -c %a key; ls; echo 3 >> table; ${succeeds}`;
    const expected = 'odd2\nnowhere\n600\nbroken\nkey\nlink\nodd';
    for (const attempt of ['a-1', 'a-2']) {
      const { log, outcome } = await run(attempt, hash, look, argv);
      expect(outcome.kind).toBe('succeeded');
      expect(log.startsWith(expected), log).toBe(true);
    }
  });

  it.each([
    ['holds the path of its own folder', 'pwd > made/where'],
    ['has a link to its own folder', 'ln -s "$PWD/table" made/link'],
    ['is over 500 MB', 'truncate -s 501M made/large'],
  ])('shares what `setup` made where it %s, and no more', async (_, makes) => {
    const hash = await bring(folderOf({ table: '1\n', 'pkg/data': 'data\n', 'logs/history': '' }));
    const argv = ['sh', '-c', `mkdir made; ${makes}; echo made > pkg/made; echo more >> pkg/data`];
    const tries = `{ echo x > made/written; echo x >> pkg/made; } 2>/dev/null`;
    const looks = `cat logs/history table pkg/made pkg/data; readlink -f made; ls pkg; ls made | grep written`;
    const writes = `${tries}; echo x >> logs/history; echo x >> table; echo x > pkg/mine; ${looks}`;
    for (const attempt of ['a-1', 'a-2']) {
      const { log, outcome } = await run(attempt, hash, `${writes}; ${succeeds}`, argv);
      expect(outcome.kind).toBe('succeeded');
      const lines = log.split('\n');
      expect(lines.slice(0, 6)).toEqual(['x', '1', 'x', 'made', 'data', 'more']);
      expect(lines[6]).toMatch(/\/setups\/[0-9a-f]{32}\/made$/);
      expect(lines.slice(7)).toEqual(['data', 'made', 'mine']);
    }
  });

  it('has nothing of what a trial left running writes, and is handed on to the next where a trial left nothing', async () => {
    const hash = await bring(folderOf({ table: '1\n', 'pkg/data': 'data\n', 'pkg/other': 'other\n' }));
    const goesOn =
      'exec 3>> pkg/data; cd pkg; : > ../begun; while sleep 0.3; do echo x >&3; echo x >> other; done';
    // What still stands in the trial's own session is ended with the trial, and then nothing runs any more.
    const hasBegun = 'until [ -e begun ]; do sleep 0.01; done';
    const leaves = `setsid sh -c 'trap "" HUP TERM; ${goesOn}' > /dev/null 2>&1 & ${hasBegun}; ${succeeds}`;
    const looks = `cat */* table; sleep 0.7; cat */* table; ${succeeds}`;
    await run('a-1', hash, leaves);
    let attempt = 1;
    do {
      attempt += 1;
      const { log } = await run(`a-${attempt}`, hash, looks);
      expect(log).toBe('data\nother\n1\ndata\nother\n1');
      // It is one of the next that gets it: after a sample.
    } while (existsSync(host.runFile('a-2', 'work/table')));
    expect(existsSync(host.runFile('a-1', 'work/table'))).toBe(true);
  });

  it('has the program’s own files to write to where `setup` is shared, also once the snapshot was written anew', async () => {
    const hash = await bring(folderOf({ table: '1\n', 'logs/history': '' }));
    const argv = ['sh', '-c', 'mkdir made; pwd > made/where'];
    const look = `echo x >> logs/history; echo 2 >> table; cat logs/history table; readlink made; ${succeeds}`;
    const first = await run('a-1', hash, look, argv);
    const snapshot = contentPath(content(), contentHash(hash));
    chmodSync(snapshot, 0o755);
    writeFileSync(join(snapshot, 'compiled'), 'by somebody');
    writer.send({ kind: 'content', hashes: [hash] });
    await expect.poll(() => existsSync(join(snapshot, 'compiled'))).toBe(false);
    const second = await run('a-2', hash, look, argv);
    expect(first.log).toMatch(/^x\n1\n2\n\/.*\/made$/);
    expect(second.log).toBe(first.log);
  });

  it('is not made of what `setup` was given where somebody had written to the snapshot', async () => {
    const hash = await bring(folderOf({ table: '1\n' }));
    const table = join(contentPath(content(), contentHash(hash)), 'table');
    chmodSync(table, 0o644);
    writeFileSync(table, '2\n');
    writer.lease(launchOf(['true'], { files: hash, setup: ['cat', 'table'] }), leaseOf('a-1'));
    const { problem } = await writer.hears('launch', ({ launch }) => launch === 'launch-a-1');
    expect(problem).toMatch(/^the program's files are not on this host as they were sent; they come again/);
  });

  it('is copied of a program whose files somebody has written to only where they are sound still', async () => {
    const hash = await bring(folderOf({ table: '1\n', other: '' }));
    const table = join(contentPath(content(), contentHash(hash)), 'table');
    expect((await run('a-1', hash, `cat table; ${succeeds}`)).log).toBe('1');
    utimesSync(table, 1, 1);
    expect((await run('a-2', hash, `cat table; ${succeeds}`)).log).toBe('1');
    chmodSync(table, 0o644);
    appendFileSync(table, '2\n');
    const launch = launchOf(['sh', '-c', succeeds], { files: hash });
    const { end } = await writer.run('a-3', launch);
    expect(end.outcome).toMatchObject({ kind: 'not-started', reason: 'content-missing' });
    // What comes for it waits until the files have come again.
    writer.send({ kind: 'lease', leases: [leaseOf('a-4', { launch: 'launch-a-3' })] });
    expect(
      (await writer.run('a-5', launchOf(['sh', '-c', succeeds]), { shape: 'other' })).end.outcome.kind,
    ).toBe('succeeded');
    writer.forget();
    await bring(folderOf({ table: '1\n', other: '' }));
    expect(writer.heard.filter(({ kind }) => kind === 'ended')).toEqual([]);
    writer.send({ kind: 'launch', launch: 'launch-a-3', spec: launch, wheels: null, passed: {} });
    expect((await writer.ended('a-4')).end.outcome).toEqual({ kind: 'succeeded' });
  });

  it('is not made for a trial whose `env` names what login files have ceased to set', async () => {
    const profile = join(host.folder, '.profile');
    writeFileSync(profile, 'export PLACE=here\n');
    await host.connect();
    const launch = launchOf(['sh', '-c', `echo "$WHERE"; ${succeeds}`], { env: { WHERE: '${PLACE}/data' } });
    writer = await host.connect();
    await writer.greet(2);
    expect((await writer.run('a-1', launch)).end.outcome.kind).toBe('succeeded');
    expect(readFileSync(host.runFile('a-1', 'log'), 'utf8')).toContain('here/data');
    writeFileSync(profile, '');
    const reader = await host.connect();
    await reader.greet(1, 'another');
    writer.send({ kind: 'lease', leases: [leaseOf('a-2', { launch: 'launch-a-1' })] });
    const { outcome } = (await writer.ended('a-2')).end;
    expect(outcome).toMatchObject({ kind: 'not-started', reason: 'setup' });
    expect(outcome).toMatchObject({
      message: expect.stringContaining('`env` fills WHERE with ${PLACE}, which is not set on this host'),
    });
  });

  it('is what the login’s umask makes of it; labsweep’s folders stay private', async () => {
    await host.dispose();
    const own = process.umask(0o027);
    const begun = begin(null);
    process.umask(own);
    await begun;
    const hash = await bring(folderOf({ train: '#!/bin/sh\n', 'pkg/data': '' }));
    const look = `mkdir new; echo > new/file; umask; stat -c %a train pkg/data pkg new new/file made; ${succeeds}`;
    const { log } = await run('a-1', hash, look, ['sh', '-c', 'echo > made']);
    expect(log.split('\n')).toEqual(['0027', '750', '640', '750', '750', '640', '640']);
    const modeOf = (path: string): number => statSync(path).mode & 0o777;
    expect([modeOf(host.runFile('', '.')), modeOf(host.runFile('a-1', '.'))]).toEqual([0o700, 0o700]);
  });
});

describe('P3 a copy that is cut', { timeout: 120_000 }, () => {
  beforeEach(() => begin(null));

  /** Stops a launcher that is in the middle of a copy, of which it has the chance once for each attempt. */
  async function stopInMidCopy(attempt: string, sizeBytes: number): Promise<number | null> {
    const copy = host.runFile(attempt, 'work/large');
    await expect.poll(() => existsSync(copy), { interval: 1, timeout: 20_000 }).toBe(true);
    const launcher = host.launcher() ?? Number.NaN;
    process.kill(launcher, 'SIGSTOP');
    if (statSync(copy).size < sizeBytes) return launcher;
    process.kill(launcher, 'SIGCONT');
    return null;
  }

  it.each([
    ['its agent', () => host.agent?.pid],
    ['its launcher', () => host.launcher()],
  ])(
    'by the end of %s starts nothing, then or later, and is given back with all that waited behind it',
    async (_, whose) => {
      const sizeBytes = 300_000_000;
      const hash = await bring(folderOf({ table: '' }));
      const ran = join(host.folder, 'ran');
      const argv = ['sh', '-c', `truncate -s ${sizeBytes} large`];
      const launch = launchOf(['sh', '-c', `echo "$LABSWEEP_ATTEMPT" >> ${ran}; echo '{"score": 1}'`], {
        files: hash,
        setup: argv,
      });
      for (let number = 1; ; number += 1) {
        const attempt = `a-${number}`;
        writer.lease(launch, leaseOf(attempt));
        const stopped = await stopInMidCopy(attempt, sizeBytes);
        if (stopped === null) {
          await writer.ended(attempt);
          continue;
        }
        const behind = Array.from({ length: 3 }, (_, index) => `${attempt}-${index}`);
        writer.lease(launch, ...behind.map((each) => leaseOf(each)));
        const all = [attempt, ...behind];
        const params = (each: string): boolean => existsSync(host.runFile(each, 'params.json'));
        await expect.poll(() => all.every(params)).toBe(true);
        const killed = whose() ?? Number.NaN;
        process.kill(killed, 'SIGKILL');
        if (killed !== stopped) {
          await host.kill('SIGKILL');
          await host.serve();
          writer = await host.connect();
          expect(await writer.greet(2)).toMatchObject({ backlog: [], running: [], ended: [] });
        } else
          for (const each of all) await writer.hears('taken-back', (said) => said.attempts.includes(each));
        if (killed !== stopped) process.kill(stopped, 'SIGCONT');
        expect((await writer.run('next', launch)).end.outcome.kind).toBe('succeeded');
        for (const each of all) expect(readFileSync(ran, 'utf8')).not.toContain(`${each}\n`);
        break;
      }
    },
  );
});
