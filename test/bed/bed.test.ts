import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, type Ended, openBed } from './bed.ts';
import { programAt } from './settings.ts';
import { bedIsHere } from './whether-here.ts';

const gib = 1024 ** 3;
const query = [
  'nvidia-smi',
  '--query-gpu=index,uuid,memory.total,memory.used',
  '--format=csv,noheader,nounits',
];

const isHere = bedIsHere();

describe.skipIf(!isHere)('a bed', () => {
  let bed: Bed;
  beforeAll(async () => {
    bed = await openBed({
      hosts: [
        { gpus: [{}, { name: 'NVIDIA A100-SXM4-80GB', memoryTotalMib: 81_920 }] },
        { node: false, sharedHome: 'nfs' },
        { sharedHome: 'nfs', sftp: false, sshd: ['MaxSessions 1'], clockAheadSeconds: 3 * 86_400 },
        { homeBytes: 2 ** 20, noexecHome: true, killUserProcesses: true },
      ],
    });
  });
  afterAll(() => bed.close());

  const ssh = (host: string, command: string, options: readonly string[] = []): Promise<Ended> =>
    bed.run('ssh', ['-o', 'BatchMode=yes', ...options, host, command]);
  const said = async (host: string, command: string): Promise<string> => {
    const { code, stdout, stderr } = await ssh(host, command);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout.trim();
  };

  it('has hosts of names, machines and boots of their own, which a person enters by ssh', async () => {
    const identity = 'hostname; whoami; cat /etc/machine-id /proc/sys/kernel/random/boot_id';
    const told = await Promise.all(bed.hosts.map(({ name }) => said(name, identity)));
    const lines = told.map((text) => text.split('\n'));
    expect(lines.map(([name]) => name)).toEqual(['host01', 'host02', 'host03', 'host04']);
    expect(lines.map(([, person]) => person)).toEqual(['lab', 'lab', 'lab', 'lab']);
    for (const at of [2, 3]) expect(new Set(lines.map((each) => each[at])).size).toBe(4);
    expect(await said('mina@host01', 'whoami; pwd')).toBe('mina\n/home/mina');
  });

  it('shows each host figures of its own', async () => {
    const [first] = bed.hosts;
    expect(await said('host01', 'cut -d" " -f1 /proc/loadavg; grep -c ^cpu[0-9] /proc/stat')).toBe('0.05\n8');
    first?.setFigures({ load: 12.5, memoryTotalBytes: 64 * gib, memoryAvailableBytes: 3 * gib });
    const told = await said(
      'host01',
      'cut -d" " -f1 /proc/loadavg; grep -E "MemTotal|MemAvail" /proc/meminfo',
    );
    expect(told.match(/[\d.]+/g)).toEqual(['12.50', String(64 * 1024 ** 2), String(3 * 1024 ** 2)]);
    expect(await said('host02', 'cut -d" " -f1 /proc/loadavg')).toBe('0.05');
  });

  it('has GPUs that hold what the trials on them hold', async () => {
    const uuids = [0, 1].map((index) => bed.host('host01').gpuUuid(index));
    expect(await said('host01', query.join(' '))).toBe(`0, ${uuids[0]}, 11264, 1\n1, ${uuids[1]}, 81920, 1`);
    const trial = `CUDA_VISIBLE_DEVICES=${uuids[1]} BED_GPU_MEMORY_MIB=700 sh -c 'sleep 30 & echo $!; wait'`;
    const training = bed.spawn('ssh', ['-tt', 'host01', trial]);
    const { promise: started, resolve } = Promise.withResolvers<string>();
    training.stdout?.setEncoding('utf8').on('data', (text: string) => resolve(text.trim()));
    const pid = await started;
    const apps = 'nvidia-smi --query-compute-apps=pid,used_memory,gpu_uuid --format=csv,noheader';
    // The other person sees the process as well.
    expect(await said('mina@host01', apps)).toBe(`${pid}, 700 MiB, ${uuids[1]}`);
    expect(await said('host01', query.join(' '))).toContain(`${uuids[1]}, 81920, 701`);
    training.kill();
  });

  it('has an nvidia-smi that fails, hangs or is missing where it is told to', async () => {
    const host = bed.host('host01');
    const text = 'NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.';
    await host.setNvidiaSmi({ kind: 'fails', text, code: 9 });
    expect(await ssh('host01', 'nvidia-smi')).toMatchObject({ code: 9, stdout: `${text}\n` });
    await host.setNvidiaSmi({ kind: 'hangs' });
    expect(await ssh('host01', 'timeout 1 nvidia-smi -L')).toMatchObject({ code: 124, stdout: '' });
    await host.setNvidiaSmi({ kind: 'missing' });
    expect(await ssh('host01', 'nvidia-smi')).toMatchObject({ code: 127 });
    await host.setNvidiaSmi({ kind: 'answers' });
    expect(await said('host01', 'nvidia-smi -L')).toContain('GPU 1: NVIDIA A100-SXM4-80GB (UUID: GPU-');
    expect(await ssh('host02', 'nvidia-smi')).toMatchObject({ code: 127 });
  });

  it('has hosts with Node and without', async () => {
    expect(await said('host01', 'node --version')).toMatch(/^v\d+/);
    expect(await ssh('host02', 'node --version')).toMatchObject({ code: 127 });
    expect(await ssh('host02', 'ls /usr/bin/node /usr/local/bin/node')).toMatchObject({
      code: 2,
      stdout: '',
    });
  });

  it('has homes of one and homes of several, small ones, and some that execute nothing', async () => {
    await said('host02', 'echo here >~/note');
    expect(await said('host03', 'cat ~/note')).toBe('here');
    expect(await ssh('host01', 'cat ~/note')).toMatchObject({ code: 1 });
    expect((await ssh('host04', 'head -c 4m /dev/zero >~/large')).stderr).toContain('No space left');
    expect((await ssh('host04', 'rm ~/large; cp /bin/true ~/true && ~/true')).stderr).toContain('denied');
  });

  it('has no sftp where it was left out', async () => {
    expect((await bed.run('sftp', ['-b', '-', 'host01'], { input: 'pwd\n' })).code).toBe(0);
    expect((await bed.run('sftp', ['-b', '-', 'host03'], { input: 'pwd\n' })).code).not.toBe(0);
  });

  it('has clocks that are wrong by days, for programs and for Node', async () => {
    const told = await said('host03', 'date +%s; node -p "Date.now() / 1000"; node -p "new Date() / 1000"');
    for (const seconds of told.split('\n').map(Number))
      expect(Math.abs(seconds - Date.now() / 1_000 - 3 * 86_400)).toBeLessThan(30);
    expect(Math.abs(Number(await said('host01', 'date +%s')) - Date.now() / 1_000)).toBeLessThan(30);
  });

  it('ends who has left where logind would', async () => {
    await said('host04', 'setsid sleep 300 >/dev/null 2>&1 </dev/null &');
    await expect.poll(() => bed.host('host04').exec('pgrep', ['-u', 'lab'])).toMatchObject({ stdout: '' });
  });

  it('reboots: another boot, an empty /tmp, the same home and key', async () => {
    const look = 'cat /proc/sys/kernel/random/boot_id; ls /tmp; cat ~/kept';
    const before = (
      await said('host01', 'echo kept >~/kept; cat /proc/sys/kernel/random/boot_id; touch /tmp/x')
    ).trim();
    await bed.host('host01').reboot();
    const [boot, ...rest] = (await said('host01', look)).split('\n');
    expect(boot).not.toBe(before);
    expect(rest).toEqual(['kept']);
  });

  it('halts in order: processes hear SIGTERM, connections are closed', async () => {
    const host = bed.host('host02');
    // HUP: an sshd that is ended hangs up on its sessions, which may be faster.
    const script =
      'trap "" HUP PIPE; trap "echo heard >~/heard; exit" TERM; echo in; while :; do sleep 0.1; done';
    const waiting = bed.spawn('ssh', ['host02', script]);
    await new Promise((resolve) => waiting.stdout?.once('data', resolve));
    const ended = new Promise((resolve) => waiting.once('close', resolve));
    await host.halt();
    await ended;
    await host.start();
    expect(await said('host02', 'cat ~/heard')).toBe('heard');
    expect(await host.exec('id', ['-un'])).toMatchObject({ code: 0, stdout: 'root\n' });
  });

  it.each(['crash', 'drop'] as const)('%s: a connection hears nothing of it', async (misfortune) => {
    const host = bed.host('host02');
    const alive = ['-o', 'ServerAliveInterval=1', '-o', 'ServerAliveCountMax=2'];
    const waiting = bed.spawn('ssh', [...alive, 'host02', 'echo in; exec sleep 60']);
    await new Promise((resolve) => waiting.stdout?.once('data', resolve));
    let stderr = '';
    waiting.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const ended = new Promise((resolve) => waiting.once('close', resolve));
    await host[misfortune]();
    // Only the keepalive notices: a FIN or RST would have ended it as "closed by remote host".
    expect(await ended).toBe(255);
    expect(stderr).toContain('Timeout, server 10.77.0.12 not responding');
    await (misfortune === 'crash' ? host.start() : host.undrop());
    expect(await said('host02', 'echo back')).toBe('back');
  });

  it('loses power with what was written last, by chance that repeats, and with nothing older', async () => {
    const host = bed.host('host01');
    const write = 'mkdir -p ~/lost; for i in $(seq 40); do echo "0123456789" >~/lost/$i; done';
    await said('host01', `${write}; echo old >~/lost/old; touch -d '1 minute ago' ~/lost/old`);
    const fates = await host.crashTorn(7);
    await host.start();
    const kinds = new Set(fates.match(/^\w+(?= lab\/lost\/)/gm));
    expect(kinds).toEqual(new Set(['kept', 'cut', 'zeros', 'emptied', 'gone']));
    expect(fates).not.toContain('lab/lost/old');
    for (const [, fate = '', name = ''] of fates.matchAll(/^(\w+) lab\/lost\/(\d+)$/gm)) {
      const text = await host.exec('cat', [`/home/lab/lost/${name}`]);
      if (fate === 'kept') expect(text.stdout).toBe('0123456789\n');
      else if (fate === 'gone') expect(text.code).toBe(1);
      else expect('0123456789\n'.startsWith(text.stdout.replaceAll('\0', ''))).toBe(true);
    }
    await said('host01', write);
    expect(await host.crashTorn(7)).toBe(fates);
    await host.start();
  });

  it('heals a cable that was cut, with the connection on it', async () => {
    const host = bed.host('host03');
    const echo = bed.spawn('ssh', ['host03', 'cat']);
    const next = (): Promise<string> =>
      new Promise((resolve) => echo.stdout?.once('data', (text: Buffer) => resolve(text.toString())));
    echo.stdin?.write('one\n');
    expect(await next()).toBe('one\n');
    await host.cut();
    echo.stdin?.write('two\n');
    const two = next();
    await host.heal();
    expect(await two).toBe('two\n');
    echo.kill();
  });

  it('puts a line of 50 ms each way before a host, and takes it away', async () => {
    const host = bed.host('host01');
    const pong = async (): Promise<number> => {
      const connect =
        'import socket,time; t=time.monotonic(); socket.create_connection(("10.77.0.11",22)); print(time.monotonic()-t)';
      return Number((await bed.run('python3', ['-c', connect])).stdout) * 1000;
    };
    await host.wan({ delayMs: 50 });
    expect(await pong()).toBeGreaterThanOrEqual(100);
    await host.cut();
    await host.heal();
    expect(await pong()).toBeGreaterThanOrEqual(100);
    await host.reboot();
    expect(await pong()).toBeGreaterThanOrEqual(100);
    await host.unwan();
    await expect.poll(pong).toBeLessThan(50);
  });
});

describe.skipIf(!isHere)('hosts of odd habits', () => {
  const installed = (['tcsh', 'fish'] as const).filter((shell) => programAt(shell) !== null);

  it('greet in every login shell, whoever asks', async () => {
    await using bed = await openBed({
      hosts: (['bash', ...installed] as const).map((loginShell) => ({
        loginShell,
        name: `with-${loginShell}`,
      })),
      all: { greeting: "It's the lab" },
    });
    for (const { name } of bed.hosts) {
      const { stdout, code } = await bed.run('ssh', [name, 'echo done']);
      expect({ name, code, lines: stdout.split('\n').filter((line) => line !== '') }).toEqual({
        name,
        code: 0,
        lines: ["It's the lab", 'done'],
      });
    }
  });

  it('are not trusted where the laptop has never seen them', async () => {
    await using bed = await openBed({ hosts: 1, trusted: false });
    const strict = ['-o', 'StrictHostKeyChecking=yes'];
    expect((await bed.run('ssh', [...strict, 'host01', 'true'])).stderr).toContain('verification failed');
    expect((await bed.run('ssh', ['-o', 'StrictHostKeyChecking=accept-new', 'host01', 'true'])).code).toBe(0);
    expect(readFileSync(bed.knownHosts, 'utf8')).toMatch(/ ssh-ed25519 /);
  });
});
