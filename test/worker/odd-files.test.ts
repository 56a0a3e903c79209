/** Programs that put pipes, links, devices and floods where their files are read, and agents that begin among them. */
import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Host, launchOf, leaseOf, type Writer } from './real-agent.ts';

let host: Host;
beforeEach(() => {
  host = new Host();
});
afterEach(async () => {
  expect(await host.dispose()).toEqual([]);
});

/** A line of shell as the program; `$run` is its attempt's folder. */
const shell = (script: string) => launchOf(['sh', '-c', `run=$(dirname "$LABSWEEP_PARAMS"); ${script}`]);
const printsScore = `echo '{"score": 1}'`;

describe('a program that replaces', { timeout: 120_000 }, () => {
  it('a file that is read of it fails with the reason, and nothing behind a link changes', async () => {
    const thesis = join(host.folder, 'thesis');
    writeFileSync(thesis, 'a thesis');
    const writer = await host.writer();
    const put = {
      pipe: (path: string) => `rm -rf ${path}; mkfifo ${path}`,
      link: (path: string) => `rm -rf ${path}; ln -s ${thesis} ${path}`,
      endless: (path: string) => `rm -rf ${path}; ln -s /dev/zero ${path}`,
      folder: (path: string) => `rm -rf ${path}; mkdir ${path}`,
    };
    for (const [kind, command] of Object.entries(put)) {
      const exit = await writer.run(`exit-${kind}`, shell(`${command('$run/exit')}; ${printsScore}`));
      expect(exit.end.outcome).toMatchObject({
        kind: 'failed',
        message: expect.stringMatching(/^nobody knows its exit code: .*\/exit is a (link|pipe|folder)/),
      });
      const report = await writer.run(`report-${kind}`, shell(command('$LABSWEEP_REPORT')));
      expect(report.end.outcome).toMatchObject({
        kind: 'failed',
        message: expect.stringMatching(/^ended without a result: .*report.ndjson is a /),
      });
      for (const file of ['params.json', 'log', 'artifacts']) {
        const { end, files } = await writer.run(
          `${file.replace('.', '-')}-${kind}`,
          shell(`echo '{"score": 1}' > "$LABSWEEP_REPORT"; ${command(`$run/${file}`)}`),
        );
        expect(end).toMatchObject({ outcome: { kind: 'succeeded' }, final: { score: 1 }, artifacts: [] });
        expect(files).toEqual([]);
      }
    }
    expect(readFileSync(thesis, 'utf8')).toBe('a thesis');
  });

  it('its whole folder by a link to another loses only its own', async () => {
    const elsewhere = join(host.folder, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'exit'), '0\n');
    writeFileSync(join(elsewhere, 'report.ndjson'), '{"score": 5}\n');
    const writer = await host.writer();
    const { end } = await writer.run(
      'a-1',
      shell(`mv "$run" "$run.away"; ln -s ${elsewhere} "$run"; exit 3`),
    );
    expect(end).toMatchObject({ outcome: { kind: 'failed', exitCode: null }, final: null });
    expect(readFileSync(join(elsewhere, 'exit'), 'utf8')).toBe('0\n');
    execFileSync('rm', [host.runFile('.', 'a-1')]);
  });

  it('its exit record by nothing has one again', async () => {
    const writer = await host.writer();
    const { end } = await writer.run('a-1', shell(`rm "$run/exit"; ${printsScore}`));
    expect(end.outcome).toEqual({ kind: 'succeeded' });
  });

  it('its checkpoint by a pipe or a link to everything leaves none, and its next attempt has a folder', async () => {
    const writer = await host.writer();
    const again = shell('test -d "$LABSWEEP_CHECKPOINT" && ' + printsScore);
    for (const [name, command] of [
      ['pipe', 'mkfifo'],
      ['link', 'ln -s /'],
    ]) {
      const trial = { trial: `trial-${name}` };
      const first = shell(`rmdir "$LABSWEEP_CHECKPOINT"; ${command} "$LABSWEEP_CHECKPOINT"; exit 3`);
      expect((await writer.run(`${name}-1`, first, trial)).end.checkpointBytes).toBe(0);
      expect((await writer.run(`${name}-2`, again, trial)).end.outcome.kind).toBe('succeeded');
    }
  });

  it('an artifact that was listed by a pipe is told why it does not come, and the agent goes on', async () => {
    const writer = await host.writer();
    await writer.run('a-1', shell(`echo one > "$LABSWEEP_ARTIFACTS/one"; ${printsScore}`));
    const path = host.runFile('a-1', 'artifacts/one');
    unlinkSync(path);
    execFileSync('mkfifo', [path]);
    const of = { kind: 'artifacts', attempt: 'a-1' } as const;
    writer.send({ kind: 'read-file', of, path: 'one', offset: 0 });
    expect((await writer.hears('file')).problem).toContain('is a pipe, not a file');
    // Its end was not acknowledged: the next agent tells it again.
    await host.kill('SIGKILL');
    await host.serve();
    const again = await host.connect();
    await again.greet(2);
    expect((await again.ended('a-1')).files).toEqual([]);
  });
});

describe('a report of 300 MB', () => {
  it('written at once is read to its end, in turns with everything else', { timeout: 120_000 }, async () => {
    const writer = await host.writer();
    const line = `{"score": 0.5, "text": "${'x'.repeat(1_000)}"}`;
    const flood = shell(
      `yes '${line}' | head -c 300000000 > "$LABSWEEP_REPORT"; echo >> "$LABSWEEP_REPORT"; ` +
        `echo '{"score": 0.9, "final": true}' >> "$LABSWEEP_REPORT"`,
    );
    writer.lease(flood, leaseOf('a-1'));
    const other = await writer.run('b-1', shell(printsScore));
    expect(other.end.outcome.kind).toBe('succeeded');
    const { end } = await writer.ended('a-1');
    expect(end).toMatchObject({
      outcome: { kind: 'succeeded' },
      best: { score: 0.9 },
      final: { score: 0.9 },
    });
  });
});

describe('an agent that begins', { timeout: 120_000 }, () => {
  const journal = (): string => host.runFile('..', 'journal.ndjson');
  const running = async (): Promise<() => void> => runningOf(await host.writer());
  const runningOf = async (writer: Writer): Promise<() => void> => {
    const gate = join(host.folder, 'gate');
    writer.lease(shell(`until test -e ${gate}; do sleep 0.05; done; ${printsScore}`), leaseOf('a-1'));
    await writer.started('a-1');
    return () => writeFileSync(gate, '');
  };

  it('finds a trial again behind a line of 600 MB, garbage and a torn tail', async () => {
    const open = await running();
    await host.kill('SIGKILL');
    const text = readFileSync(journal());
    truncateSync(journal(), text.length + 600_000_000); // zeros, as after a power loss
    execFileSync('sh', ['-c', `printf '\\n{"kind":"boot"\\n\\377\\376\\n{"kind":"ack' >> ${journal()}`]);
    await host.serve();
    const again = await host.connect();
    expect(await again.greet(2)).toMatchObject({ running: [{ attempt: 'a-1' }] });
    open();
    expect((await again.ended('a-1')).end.outcome.kind).toBe('succeeded');
  });

  it.each([
    ['a pipe', (path: string) => void execFileSync('mkfifo', [path])],
    ['a link to an endless file', (path: string) => symlinkSync('/dev/zero', path)],
    ['a folder', (path: string) => mkdirSync(path)],
  ])('where its journal was replaced by %s begins anew', async (_, put) => {
    const open = await running();
    await host.kill('SIGKILL');
    open();
    rmSync(journal());
    put(journal());
    await host.serve();
    const again = await host.connect();
    await again.greet(2);
    expect((await again.run('b-1', shell(printsScore))).end.outcome.kind).toBe('succeeded');
    await expect.poll(() => host.survivors(), { timeout: 10_000 }).toEqual([]);
  });

  it.each([
    ['removed', () => {}],
    ['replaced by a pipe', (path: string) => void execFileSync('mkfifo', [path])],
    ['replaced by a folder', (path: string) => mkdirSync(join(path, 'x'), { recursive: true })],
  ])('knows all of an agent whose journal was %s while it served', async (_, put) => {
    const writer = await host.writer();
    const open = await runningOf(writer);
    await writer.run('b-1', shell(printsScore));
    rmSync(journal());
    put(journal());
    await expect
      .poll(() => lstatSync(journal(), { throwIfNoEntry: false })?.isFile(), { timeout: 20_000 })
      .toBe(true);
    await host.kill('SIGKILL');
    await host.serve();
    const again = await host.connect();
    expect(await again.greet(2)).toMatchObject({ running: [{ attempt: 'a-1' }] });
    expect((await again.ended('b-1')).end.outcome.kind).toBe('succeeded');
    open();
    expect((await again.ended('a-1')).end.outcome.kind).toBe('succeeded');
  });

  it.each([
    ['pipes', (path: string) => void execFileSync('mkfifo', [path])],
    ['links', (path: string, thesis: string) => symlinkSync(thesis, path)],
  ])(
    'where its other files were replaced by %s makes them anew, and nothing behind a link changes',
    async (_, put) => {
      const thesis = join(host.folder, 'thesis');
      writeFileSync(thesis, 'a thesis');
      await host.writer();
      await host.kill('SIGKILL');
      for (const name of [
        'agent.log',
        'agent.json',
        'agent.json.next',
        'machine.json',
        'journal.ndjson.next',
      ]) {
        rmSync(host.runFile('..', name), { force: true });
        put(host.runFile('..', name), thesis);
      }
      const main = join(import.meta.dirname, '../../src/worker/main.ts');
      const begin = { encoding: 'utf8', timeout: 30_000 } as const;
      const said = execFileSync(process.execPath, [main, 'start', '--folder', host.folder], begin);
      const { pid } = JSON.parse(said) as { readonly pid: number };
      try {
        const again = await host.connect();
        await again.greet(2);
        expect((await again.run('b-1', shell(printsScore))).end.outcome.kind).toBe('succeeded');
        await expect
          .poll(() => readFileSync(host.runFile('..', 'agent.json'), 'utf8'))
          .toContain(String(pid));
        expect(lstatSync(host.runFile('..', 'agent.log')).isFile()).toBe(true);
        expect(readFileSync(thesis, 'utf8')).toBe('a thesis');
      } finally {
        process.kill(pid, 'SIGKILL');
      }
    },
  );
});
