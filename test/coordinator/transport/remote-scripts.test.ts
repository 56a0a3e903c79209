/** The scripts that hosts run for a file, stepped through where who comes first decides. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { corruptCode, filesMarker, putScript } from '../../../src/coordinator/transport/remote-scripts.ts';

const content = randomBytes(300_000);
const sha256 = createHash('sha256').update(content).digest('hex');
/** Whoever has sent this much has the part open. */
const begun = content.subarray(0, 100_000);
const rest = content.subarray(begun.length);

let folder: string;
let putters: Putter[] = [];
const path = (): string => join(folder, 'file');
const part = (): string => `${path()}.part`;
const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? -1;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'labsweep-scripts-'));
});
afterEach(() => {
  for (const { shell } of putters) shell.kill('SIGKILL');
  putters = [];
  rmSync(folder, { recursive: true, force: true });
});

/** One who puts the content there. */
interface Putter {
  readonly shell: ChildProcessByStdio<Writable, Readable, null>;
  /** What it is to send, by the host's word. */
  readonly offset: number;
}

async function putter(): Promise<Putter> {
  const shell = spawn('sh', [], { stdio: ['pipe', 'pipe', 'ignore'] });
  let said = '';
  shell.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  shell.stdin.write(putScript);
  await expect.poll(() => said, { timeout: 10_000 }).toBe(filesMarker);
  shell.stdin.write(`${[path(), part(), '600', content.length, sha256].join('\n')}\n`);
  await expect.poll(() => said, { timeout: 10_000 }).toMatch(/\n\d+\n$/);
  const one = { shell, offset: Number(said.slice(filesMarker.length)) };
  putters.push(one);
  return one;
}

async function ends({ shell }: Putter): Promise<number | null> {
  shell.stdin.end();
  if (shell.exitCode === null) await once(shell, 'exit');
  return shell.exitCode;
}

describe('several who put the same file at once', () => {
  it('do each other no harm where one begins after another has ended, and before a third has', async () => {
    const [first, second] = [await putter(), await putter()];
    for (const { shell } of [first, second]) shell.stdin.write(begun);
    await expect.poll(() => sizeOf(part()), { timeout: 10_000 }).toBe(begun.length);
    first.shell.stdin.write(rest);
    expect(await ends(first)).toBe(0);

    const third = await putter();
    third.shell.stdin.write(begun);
    await expect.poll(() => sizeOf(part()), { timeout: 10_000 }).toBe(begun.length);
    second.shell.stdin.write(rest);
    expect(await ends(second)).toBe(0);
    expect(readFileSync(path()).equals(content)).toBe(true);

    third.shell.stdin.write(rest);
    expect(await ends(third)).toBe(0);
    expect(readFileSync(path()).equals(content)).toBe(true);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('and of whom one finds a part that is damaged: who has sent all of it is not told that it is there', async () => {
    writeFileSync(path(), Buffer.alloc(content.length));
    writeFileSync(part(), Buffer.alloc(begun.length));
    const [first, second] = [await putter(), await putter()];
    expect(first.offset).toBeGreaterThan(0);
    for (const { shell, offset } of [first, second]) shell.stdin.write(content.subarray(offset));
    expect(await ends(first)).toBe(corruptCode);
    expect(await ends(second)).toBe(corruptCode);
    expect(readdirSync(folder)).toEqual(['file']);
    const again = await putter();
    again.shell.stdin.write(content);
    expect(await ends(again)).toBe(0);
    expect(readFileSync(path()).equals(content)).toBe(true);
  });
});
