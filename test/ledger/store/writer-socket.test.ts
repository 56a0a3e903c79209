import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { askWriter, listenAsWriter } from '../../../src/ledger/store/writer-socket.ts';
import { socketPathOf } from '../../../src/protocol/socket-folder.ts';
import { temporaryFolder } from './sample.ts';

const commandSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('greet'), name: z.string() }),
  z.object({ kind: z.literal('fail') }),
  z.object({ kind: z.literal('never') }),
]);

async function listen(folder: string) {
  const { promise: never, resolve: heardNever } = Promise.withResolvers<void>();
  const socket = await listenAsWriter(folder, commandSchema, async (command) => {
    if (command.kind === 'fail') throw new Error('the disk is full');
    if (command.kind === 'never') {
      heardNever();
      return new Promise(() => {});
    }
    return `hello ${command.name}`;
  });
  onTestFinished(() => socket.close());
  return { socket, never };
}

test('where nobody writes there is no writer to ask', async () => {
  expect(await askWriter(temporaryFolder(), { kind: 'greet', name: 'mina' })).toEqual({ kind: 'no-writer' });
  expect(await askWriter(join(temporaryFolder(), 'nowhere'), {})).toEqual({ kind: 'no-writer' });
});

test('P9 nobody else may ask, whatever the umask says', async () => {
  const mask = process.umask(0);
  onTestFinished(() => void process.umask(mask));
  const folder = temporaryFolder();
  await listen(folder);
  const name = createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 24);
  expect(statSync(socketPathOf(`${name}.sock`)).mode & 0o777).toBe(0o600);
});

test('a command is answered, however long it and the path of the folder are', async () => {
  const folder = join(temporaryFolder(), 'x'.repeat(120));
  mkdirSync(folder);
  await listen(folder);
  const name = 'é'.repeat(5_000_000);
  expect(await askWriter(folder, { kind: 'greet', name })).toEqual({
    kind: 'answered',
    answer: `hello ${name}`,
  });
  expect(statSync(dirname(socketPathOf('any'))).mode & 0o777).toBe(0o700);
});

test('what the writer does not know or cannot do comes back as a refusal with its reason', async () => {
  const folder = temporaryFolder();
  await listen(folder);
  expect(await askWriter(folder, { kind: 'dance' })).toMatchObject({ kind: 'refused' });
  expect(await askWriter(folder, { kind: 'fail' })).toEqual({ kind: 'refused', because: 'the disk is full' });
});

test('who asks is told when the writer ends without an answer', async () => {
  const folder = temporaryFolder();
  const { socket, never } = await listen(folder);
  const answer = askWriter(folder, { kind: 'never' });
  await never;
  await socket.close();
  expect(await answer).toMatchObject({ kind: 'unanswered' });
  expect(await askWriter(folder, { kind: 'greet', name: 'mina' })).toEqual({ kind: 'no-writer' });
});

test('a new writer takes the place of the old, and the old one leaves it there', async () => {
  const folder = temporaryFolder();
  const { socket: old } = await listen(folder);
  await listen(folder);
  await old.close();
  expect(await askWriter(folder, { kind: 'greet', name: 'mina' })).toMatchObject({ kind: 'answered' });
});
