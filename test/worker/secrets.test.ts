/** P9: values of `passEnv` that a program says reach no journal, no coordinator and no reader. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Launch } from '../../src/model/launch.ts';
import type { FromAgent } from '../../src/protocol/messages.ts';
import { Host, launchOf, leaseOf, type Writer } from './real-agent.ts';

const key = 'sk-Zq8/f+2mK9=x7';
const pem = ['-----BEGIN KEY-----', 'MIIEowIBAAKCAQEA7f', 'q83vEjRWeJCrze8SNF', '-----END KEY-----'].join(
  '\n',
);
const passed = { KEY: key, KEY_AND_MORE: `${key}-more`, PEM: pem, PIN: '20251129', MODE: 'offline' };

let host: Host;
beforeEach(() => {
  host = new Host();
});
afterEach(async () => {
  expect(await host.dispose()).toEqual([]);
});

const shell = (script: string, more: Partial<Launch> = {}) =>
  launchOf(['sh', '-c', script], { passEnv: Object.keys(passed), ...more });

function lease(writer: Writer, attempt: string, spec: Launch): void {
  const launch = `launch-${attempt}`;
  writer.send(
    { kind: 'launch', launch, spec, wheels: null, passed },
    { kind: 'lease', leases: [leaseOf(attempt, { launch })] },
  );
}
async function run(writer: Writer, attempt: string, spec: Launch) {
  lease(writer, attempt, spec);
  return writer.ended(attempt);
}
/** All that was told and written down. */
const told = (writer: Writer): string =>
  JSON.stringify(writer.heard) +
  ['journal.ndjson', 'agent.log'].map((name) => readFileSync(host.runFile('..', name), 'utf8')).join('');
const expectHidden = (text: string): void => {
  for (const secret of [key, encodeURIComponent(key), 'MIIEowIBAAKCAQEA7f', 'q83vEjRWeJCrze8SNF'])
    expect(text).not.toContain(secret);
};

async function logOf(writer: Writer, attempt: string): Promise<string> {
  let text = '';
  for (let offset = 0; ; ) {
    const from = writer.heard.length;
    writer.send({ kind: 'read-log', attempt, offset });
    await expect
      .poll(() => writer.heard.slice(from).some(({ kind }) => kind === 'log'), { timeout: 20_000 })
      .toBe(true);
    const said = writer.heard
      .slice(from)
      .find((message): message is Extract<FromAgent, { kind: 'log' }> => message.kind === 'log');
    if (said === undefined || said.problem !== null) throw new Error(said?.problem ?? 'no answer');
    text += Buffer.from(said.base64, 'base64').toString();
    if (said.complete) return text;
    offset = said.next ?? 0;
  }
}

describe('P9 what a program says of a value', { timeout: 60_000 }, () => {
  const prints =
    'echo "pin $PIN 1.20251129 loss=$PIN"; echo "$PEM"; echo "mode $MODE, <$KEY_AND_MORE> and $KEY";';

  it('is hidden in the end of a failure, by its name, whole and outside of numbers', async () => {
    const writer = await host.writer();
    const { end } = await run(writer, 'a-1', shell(`${prints} exit 3`));
    expect(end.outcome).toMatchObject({
      message: 'ended with exit code 3: mode offline, <[KEY_AND_MORE]> and [KEY]',
    });
    expect(end.logTail).toBe(
      'pin [PIN] 1.20251129 loss=[PIN]\n[PEM]\nmode offline, <[KEY_AND_MORE]> and [KEY]\n',
    );
    expect(await logOf(writer, 'a-1')).toBe(end.logTail);
    expectHidden(told(writer));
  });

  it('is hidden in metrics, in a printed result and in names, and no number changes', async () => {
    const writer = await host.writer();
    const report = `{\\"score\\": 1, \\"note\\": \\"at $KEY\\", \\"at $KEY\\": 2, \\"pin\\": $PIN}`;
    const first = await run(
      writer,
      'a-1',
      shell(
        `echo "${report}" >> "$LABSWEEP_REPORT"; mkdir "$LABSWEEP_ARTIFACTS/of $PIN"; echo a > "$LABSWEEP_ARTIFACTS/of $PIN/$PIN.txt"`,
      ),
    );
    expect(first.end.final).toEqual({ score: 1, note: 'at [KEY]', 'at [KEY]': 2, pin: 20251129 });
    expect(first).toMatchObject({
      end: { artifacts: [{ path: 'of [PIN]/[PIN].txt' }] },
      files: [{ path: 'of [PIN]/[PIN].txt', base64: Buffer.from('a\n').toString('base64') }],
    });
    const second = await run(writer, 'a-2', shell(`echo "{\\"score\\": 2, \\"note\\": \\"$KEY\\"}"`));
    expect(second.end.final).toEqual({ score: 2, note: '[KEY]' });
    expectHidden(told(writer));
  });

  it('is hidden in whatever way Python, JSON or a shell spells it, and where values overlap', async () => {
    const values = { KEY: `pä"ss\\w'ort/x-1`, ONE: 'abcdefgh-12', TWO: 'h-12-345678' };
    const script =
      'import json, os\n' +
      'key = os.environ["KEY"]\n' +
      'print(json.dumps(key), json.dumps(key, ensure_ascii=False), repr(key), {"k": key}, key.encode(), flush=True)\n' +
      'os.system("bash -xc \'true $ONE\' 2>&1")\n' +
      'print("abcdefgh-12-345678")\n' +
      'raise KeyError(key)\n';
    const writer = await host.writer();
    const spec = launchOf(['python3', '-c', script], { passEnv: Object.keys(values) });
    writer.send(
      { kind: 'launch', launch: 'l', spec, wheels: null, passed: values },
      { kind: 'lease', leases: [leaseOf('a-1', { launch: 'l' })] },
    );
    const { logTail } = (await writer.ended('a-1')).end;
    for (const part of ['ss', 'ort/x', '345678', 'abcdefgh'])
      expect(logTail.replace(/class|Traceback|\n {2}File.*/g, '')).not.toContain(part);
    expect(logTail).toContain("KeyError: '[KEY]'");
  });

  it('is hidden in names of which two then say the same, and all come', async () => {
    const writer = await host.writer();
    const script = `cd "$LABSWEEP_ARTIFACTS"; echo 1 > "[PIN].txt"; echo 2 > "$PIN.txt"; mkdir "[PIN]" "$PIN"; echo 3 > "[PIN]/a"; echo 4 > "$PIN/a"; echo '{"score": 1}'`;
    const { files } = await run(writer, 'a-1', shell(script));
    const found = Object.fromEntries(
      files.map(({ path, base64 }) => [path, Buffer.from(base64, 'base64').toString().trim()]),
    );
    expect(found).toEqual({ '[PIN].txt': '1', '[PIN].txt.2': '2', '[PIN]/a': '3', '[PIN]/a.2': '4' });
  });

  it('of 100 KB is hidden as well, in the end and where a file of the program leads', async () => {
    const lines = Array.from({ length: 1_500 }, (_, line) => `${line}-${'abcdefgh'.repeat(7)}`);
    const values = { KEY: key, BUNDLE: lines.join('\n') };
    const writer = await host.writer();
    const metrics = { stdout: [], csv: 'm.csv' };
    const script = `echo before; seq 20000; printf '%s' "$BUNDLE" | tail -1; echo; mkdir -p "${host.folder}/-$KEY"; echo 1 > "${host.folder}/-$KEY/x"; ln -s "${host.folder}/-$KEY/x" m.csv`;
    const spec = launchOf(['sh', '-c', script], {
      passEnv: Object.keys(values),
      metrics,
    });
    writer.send(
      { kind: 'launch', launch: 'l', spec, wheels: null, passed: values },
      { kind: 'lease', leases: [leaseOf('a-1', { launch: 'l' })] },
    );
    const { end } = await writer.ended('a-1');
    expect(end.logTail).toContain('20000\n[BUNDLE]\n');
    expect(end.outcome).toMatchObject({ message: expect.stringContaining('-[KEY]/x') });
    expectHidden(told(writer));
  });

  it('is no reason to lose the objective, whose name the sweep file says', async () => {
    const writer = await host.writer();
    const objective = { metric: 'val_accuracy', goal: 'maximize', at: 'final', selectOnTest: false } as const;
    const spec = shell(`echo '{"val_accuracy": 0.5}'`, { objective, passEnv: ['METRIC'] });
    writer.send(
      { kind: 'launch', launch: 'l', spec, wheels: null, passed: { METRIC: 'val_accuracy' } },
      { kind: 'lease', leases: [leaseOf('a-1', { launch: 'l' })] },
    );
    expect((await writer.ended('a-1')).end).toMatchObject({
      outcome: { kind: 'succeeded' },
      final: { val_accuracy: 0.5 },
    });
  });

  it('is hidden across the pieces of a log, and while it is written', async () => {
    const writer = await host.writer();
    const gate = join(host.folder, 'gate');
    const filler = 'head -c 524280 /dev/zero | tr "\\0" x;';
    const halves = `printf %s "\${KEY%????????}"; until test -e ${gate}; do sleep 0.05; done; printf %s "\${KEY#????????}";`;
    lease(writer, 'a-1', shell(`${filler} printf '%s\\n' "$KEY"; ${halves} exit 3`));
    await writer.started('a-1');
    const seen = await writer.logHas('a-1', 'x'.repeat(1_000));
    expect(seen).not.toContain('sk-Zq8');
    writeFileSync(gate, '');
    await writer.ended('a-1');
    expect(await logOf(writer, 'a-1')).toBe(`${'x'.repeat(524_280)}[KEY]\n[KEY]`);
    expectHidden(told(writer));
  });

  it('is hidden where only an agent that has never heard of it finds the end', async () => {
    const writer = await host.writer();
    const gate = join(host.folder, 'gate');
    const spec = shell(
      `until test -e ${gate}; do sleep 0.05; done; ${prints} echo "{\\"score\\": 1, \\"note\\": \\"$KEY\\"}" >> "$LABSWEEP_REPORT"; exit 3`,
    );
    lease(writer, 'a-1', spec);
    await writer.started('a-1');
    await host.kill('SIGKILL');
    writeFileSync(gate, '');
    await expect.poll(() => host.survivors(), { timeout: 10_000 }).toEqual([]);
    await host.serve();
    const again = await host.connect();
    await again.greet(2);
    const { end } = await again.ended('a-1');
    expect(end.logTail).toContain('[PEM]\nmode offline, <[KEY_AND_MORE]> and [KEY]\n');
    expect(end.final).toEqual({ score: 1, note: '[KEY]' });
    again.send({ kind: 'ack', attempts: ['a-1'] });
    expect(await logOf(again, 'a-1')).toBe(end.logTail);
    expectHidden(told(again));
    expectHidden(readFileSync(host.runFile('a-1', 'passed.json'), 'utf8'));
  });

  it('is hidden in what a preparation says, whoever’s it was', async () => {
    const writer = await host.writer();
    await run(writer, 'a-1', shell(`echo '{"score": 1}'`));
    const setup = ['sh', '-c', `echo "curl -H 'key: ${key}'" >&2; exit 3`];
    const spec = launchOf(['true'], { setup });
    writer.send({ kind: 'launch', launch: 'launch-2', spec, wheels: null, passed: {} });
    const answer = await writer.hears('launch', ({ launch }) => launch === 'launch-2');
    expect(answer.logTail).toContain("key: [KEY]'");
    expect(answer.problem).toContain('[KEY]');
    expect(answer.problem).not.toContain(key);
  });
});
