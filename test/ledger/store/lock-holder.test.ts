import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import {
  hasEnded,
  type LockHolder,
  processState,
  thisProcess,
} from '../../../src/ledger/store/lock-holder.ts';

const here: LockHolder = {
  machine: 'm1',
  hostname: 'cedar',
  pid: 100,
  startTime: '5000',
  bootId: 'boot-2',
  pidNamespace: 'pid:[1]',
  since: 0,
  ledger: null,
};
const gone = () => ({ kind: 'gone' }) as const;
const aliveSince = (startTime: string | null) => () =>
  ({ kind: 'alive', startTime, isStopped: false }) as const;

describe('a holder has certainly ended', () => {
  test('when no process has its pid', () => expect(hasEnded(here, here, gone)).toBe(true));
  test('when its pid is another process now', () =>
    expect(hasEnded(here, here, aliveSince('9000'))).toBe(true));
  test('when the machine was started anew, though the pid is in use', () =>
    expect(hasEnded({ ...here, bootId: 'boot-1' }, here, aliveSince('5000'))).toBe(true));
});

describe('a holder counts as alive', () => {
  test('while its process runs', () => expect(hasEnded(here, here, aliveSince('5000'))).toBe(false));
  test('on another machine, whatever is known', () =>
    expect(hasEnded({ ...here, machine: 'm2', bootId: 'boot-1' }, here, gone)).toBe(false));
  test('in another container of this machine, whose pids are not ours', () =>
    expect(hasEnded({ ...here, pidNamespace: 'pid:[2]' }, here, gone)).toBe(false));
  test('by its pid alone where there is no /proc', () =>
    expect(hasEnded({ ...here, startTime: null, bootId: null }, here, aliveSince(null))).toBe(false));
});

test('this process is found alive with the start time that it names', () => {
  const holder = thisProcess();
  expect(hasEnded(holder, holder)).toBe(false);
  expect(hasEnded({ ...holder, startTime: '1' }, holder)).toBe(true);
});

test('a process that was killed is gone, also before its parent has waited for it', async () => {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  expect(processState(child.pid ?? 0).kind).toBe('alive');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(processState(child.pid ?? 0).kind).toBe('gone');
});
