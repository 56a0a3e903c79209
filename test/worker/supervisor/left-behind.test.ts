import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { noSettings } from '../../../src/model/inventory/inventory.ts';
import type { WorkerEvent } from '../../../src/worker/core/event.ts';
import { nothingPrepared } from '../../../src/worker/core/preparation.ts';
import { ContentKeeper } from '../../../src/worker/spool/content-keeper.ts';
import { openHostFolder, runFolder } from '../../../src/worker/spool/host-folder.ts';
import { attemptMark, paramsMark } from '../../../src/worker/supervisor/environment.ts';
import { launcherCommand } from '../../../src/worker/supervisor/launch-trials.ts';
import { Supervisor } from '../../../src/worker/supervisor/supervisor.ts';
import { ControlGroups } from '../../../src/worker/telemetry/control-groups.ts';
import { kernelUnits } from '../../../src/worker/telemetry/kernel-units.ts';
import { AttemptSecrets } from '../../../src/worker/secrets/attempt-secrets.ts';
import { launchOf, leaseOf } from '../real-agent.ts';

it.runIf(process.platform === 'linux').each([
  ['leaves others in its session', 'sleep 1000 & exit'],
  ['is all there is in its session', 'exit'],
])('what has no mark when a trial ends that %s is ended once it has one', async (_, script) => {
  const folder = mkdtempSync(join(tmpdir(), 'labsweep-left-behind-'));
  const host = openHostFolder(folder, 'cedar');
  const happened: WorkerEvent[] = [];
  const login = { environment: { PATH: process.env['PATH'] ?? '' }, umask: 0o022 };
  const supervisor = new Supervisor({
    host,
    launcher: launcherCommand(),
    login: () => login,
    keeper: new ContentKeeper(host.content, { machine: 'cedar', bootId: 'boot' }),
    together: (act) => act(),
    secrets: new AttemptSecrets(host),
    units: kernelUnits(),
    procRoot: '/proc',
    groups: new ControlGroups(),
    now: () => performance.now(),
    post: (event) => happened.push(event),
  });
  onTestFinished(() => {
    supervisor.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const surroundings = { prepared: nothingPrepared, settings: noSettings, passed: {}, device: 'cpu' };
  supervisor.spawn(leaseOf('a-1'), launchOf(['sh', '-c', script]), surroundings);
  await expect.poll(() => happened.some(({ kind }) => kind === 'exited'), { timeout: 10_000 }).toBe(true);

  // As what was in the middle of an exec just now.
  const marks = { [attemptMark]: 'a-1', [paramsMark]: runFolder(host, 'a-1').params };
  const late = spawn('sleep', ['1000'], { env: { ...process.env, ...marks }, detached: true });
  const ended = once(late, 'exit');
  onTestFinished(() => void late.kill('SIGKILL'));
  await expect
    .poll(() => readFileSync(`/proc/${late.pid}/environ`, 'utf8'), { timeout: 10_000 })
    .toContain(attemptMark);
  supervisor.sample();
  expect(await ended).toEqual([null, 'SIGKILL']);
});
