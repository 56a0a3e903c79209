import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { isSameProcess } from '../../../src/worker/supervisor/session.ts';
import { readProcessStat } from '../../../src/worker/telemetry/process-stat.ts';

describe('P3 the process of a trial', () => {
  it('is known by when it started: its number may be another’s by now', async () => {
    const child = spawn('sleep', ['1000']);
    const pid = child.pid ?? 0;
    const startTime = readProcessStat(pid)?.startTime ?? 0;
    expect(isSameProcess({ pid, startTime })).toBe(true);
    expect(isSameProcess({ pid, startTime: startTime - 1 })).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isSameProcess({ pid, startTime })).toBe(false);
  });
});
