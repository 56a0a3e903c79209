import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseProcessStat } from '../../src/worker/telemetry/process-stat.ts';
import { kernelUnits } from '../../src/worker/telemetry/kernel-units.ts';
import { Host } from './real-agent.ts';

let host: Host;
beforeEach(() => {
  host = new Host();
});
afterEach(() => host.dispose());

const { tickMs } = kernelUnits();
const cpuMsOf = (pid: number): number =>
  (parseProcessStat(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.cpuTicks ?? 0) * tickMs;

describe.runIf(process.platform === 'linux')('an agent with nothing to do', () => {
  it('takes less than 1 % of a core where there are 2,000 processes, and somebody listens', {
    timeout: 120_000,
  }, async () => {
    const crowd = spawn('sh', ['-c', 'for i in $(seq 2000); do sleep 600 & done; echo all; wait'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    try {
      await once(crowd.stdout, 'data');
      const writer = await host.writer();
      const agent = host.agent?.pid ?? 0;
      await writer.hears('figures');
      await pause(5_000); // its start
      const [cpuMs, since, told] = [cpuMsOf(agent), performance.now(), writer.heard.length];
      await pause(20_000);
      expect((cpuMsOf(agent) - cpuMs) / (performance.now() - since)).toBeLessThan(0.01);
      expect(writer.heard.length - told).toBeGreaterThan(10);
    } finally {
      process.kill(-(crowd.pid ?? 0), 'SIGKILL');
      await once(crowd, 'close');
    }
  });
});
