/** What a trial leaves for its next attempt, on its way from one agent to another. */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { keptHash } from '../../src/content/kept-folder.ts';
import { packKept } from '../../src/content/pack.ts';
import type { KeptFolder } from '../../src/model/kept-folder.ts';
import type { FromAgent, toAgentSchema } from '../../src/protocol/messages.ts';
import { Host, launchOf, type Writer } from './real-agent.ts';

const patience = { timeout: 10_000 };

let host: Host;
let writer: Writer;

beforeEach(async () => {
  host = new Host();
  writer = await host.writer();
});

afterEach(async () => {
  expect(await host.dispose()).toEqual([]);
});

/** Goes on from what is there, counts its attempts, and fails until the third. */
const program = `cd "$LABSWEEP_CHECKPOINT" && mkdir -p state && echo x >>state/count && touch tool && chmod +x tool
[ "$(wc -l <state/count)" -ge 3 ] && echo '{"score": 1}'`;
const launch = launchOf(['sh', '-c', program]);
const ofTrial = { trial: 'trial' };
const of = { kind: 'checkpoint', trial: 'trial' } as const;

type Answers = 'checkpoint' | 'checkpoint-restored' | 'file';

/** Asks, and hears the answer to it. */
function ask<Kind extends Answers>(
  question: z.input<typeof toAgentSchema>,
  kind: Kind,
): Promise<Extract<FromAgent, { kind: Kind }>> {
  const before = new Set<FromAgent>(writer.heard);
  writer.send(question);
  return writer.hears(kind, (said) => !before.has(said as FromAgent)) as Promise<
    Extract<FromAgent, { kind: Kind }>
  >;
}

async function listed(): Promise<KeptFolder> {
  const { kept, problem } = await ask({ kind: 'list-checkpoint', trial: 'trial' }, 'checkpoint');
  expect(problem).toBeNull();
  return kept;
}

async function read(path: string): Promise<Buffer> {
  const { base64, complete } = await ask({ kind: 'read-file', of, path, offset: 0 }, 'file');
  expect(complete).toBe(true);
  return Buffer.from(base64, 'base64');
}

/** Puts a pack of these contents where a coordinator would. @returns where that is */
async function put(kept: KeptFolder, contents: ReadonlyMap<string, Buffer>): Promise<string> {
  const incoming = join(host.folder, 'incoming');
  mkdirSync(incoming, { recursive: true });
  const pack = join(incoming, 'pack');
  await packKept(kept, (path) => Readable.from([contents.get(path) ?? Buffer.alloc(0)]), pack);
  return pack;
}

async function restore(kept: KeptFolder, path: string): Promise<string | null> {
  const hash = keptHash(kept);
  return (await ask({ kind: 'restore-checkpoint', trial: 'trial', hash, path }, 'checkpoint-restored'))
    .problem;
}

describe('a checkpoint', () => {
  it("is listed, read, and put in the place of another, whole and the trial's own", async () => {
    const { end } = await writer.run('a-1', launch, ofTrial);
    expect(end).toMatchObject({ outcome: { kind: 'failed' }, checkpointBytes: 3 });
    const kept = await listed();
    expect(kept.files.map(({ path, executable }) => [path, executable])).toEqual([
      ['state/count', false],
      ['tool', true],
    ]);
    const contents = new Map<string, Buffer>();
    for (const { path } of kept.files) contents.set(path, await read(path));
    const pack = await put(kept, contents);

    expect((await writer.run('a-2', launch, ofTrial)).end.checkpointBytes).toBe(5);
    expect(await restore(kept, pack)).toBeNull();
    expect(readdirSync(join(host.folder, 'incoming'))).toEqual([]);
    expect((await read('state/count')).toString()).toBe('x\n');
    // It is changed by who goes on from it: by the third attempt of this trial, which counts as its second.
    expect((await writer.run('a-3', launch, ofTrial)).end.checkpointBytes).toBe(5);
    expect((await writer.run('a-4', launch, ofTrial)).end).toMatchObject({
      outcome: { kind: 'succeeded' },
      checkpointBytes: null,
    });
  });

  it('that came damaged, or not at all, leaves what was there', async () => {
    await writer.run('a-1', launch, ofTrial);
    const kept = await listed();
    const damaged = await put(kept, new Map([['state/count', Buffer.from('y\n')]]));
    expect(await restore(kept, damaged)).toBe('state/count came damaged');
    expect(await restore(kept, join(host.folder, 'incoming/none'))).toMatch(/cannot be read: ENOENT/);
    writeFileSync(join(host.folder, 'elsewhere'), '');
    expect(await restore(kept, join(host.folder, 'elsewhere'))).toMatch(/is not below/);
    expect(statSync(join(host.folder, 'elsewhere')).size).toBe(0);
    expect((await read('state/count')).toString()).toBe('x\n');
  });

  it('is not put under a trial that is there, nor dropped', async () => {
    const gate = join(host.folder, 'gate');
    const waits = launchOf([
      'sh',
      '-c',
      `echo x >"$LABSWEEP_CHECKPOINT/count"; until [ -e ${gate} ]; do sleep 0.05; done; false`,
    ]);
    const ended = writer.run('a-1', waits, ofTrial);
    await writer.started('a-1');
    await expect.poll(() => read('count').then(String), patience).toBe('x\n');
    const kept = await listed();
    writer.send({ kind: 'drop-checkpoints', trials: ['trial'] });
    expect(await restore(kept, await put(kept, new Map([['count', Buffer.from('y\n')]])))).toBe(
      'the trial is on that host',
    );
    expect((await read('count')).toString()).toBe('x\n');
    writeFileSync(gate, '');
    expect((await ended).end.checkpointBytes).toBe(2);

    writer.send({ kind: 'drop-checkpoints', trials: ['trial'] });
    await expect
      .poll(() => readdirSync(join(host.runFile('a-1', 'log'), '../../../checkpoints')), patience)
      .toEqual([]);
  });

  it('is not read from anywhere else', async () => {
    await writer.run('a-1', launch, ofTrial);
    for (const question of [
      { kind: 'read-file', of, path: '../../journal.ndjson', offset: 0 },
      { kind: 'list-checkpoint', trial: '../runs' },
    ] as const) {
      const other = await host.connect();
      await other.greet();
      other.send(question);
      await expect.poll(() => other.isClosed, patience).toBe(true);
      expect(other.heard.filter(({ kind }) => kind === 'file' || kind === 'checkpoint')).toEqual([]);
    }
  });
});
