/** Control groups, on trees of files as machines of several kinds have them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ControlGroups } from '../../../src/worker/telemetry/control-groups.ts';
import { groupFolders } from '../../../src/worker/telemetry/group-folders.ts';
import { readMemory } from '../../../src/worker/telemetry/host-memory.ts';

const mib = 1024 ** 2;
const gib = 1024 ** 3;
const none = '9223372036854771712';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'labsweep-groups-'));
  put(
    '/proc/meminfo',
    `MemTotal: ${(64 * gib) / 1024} kB\nMemAvailable: ${(50 * gib) / 1024} kB\nSwapTotal: 999 kB\n`,
  );
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, text: string | number): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), `${text}\n`);
}

const is = (cgroup: readonly string[], mountinfo: readonly string[]): void => {
  put('/proc/self/cgroup', cgroup.join('\n'));
  put('/proc/self/mountinfo', mountinfo.join('\n'));
};

const memory = (): { total: number; available: number } => {
  const { totalBytes, availableBytes } = readMemory(join(root, 'proc'), new ControlGroups(root));
  return { total: totalBytes / mib, available: availableBytes / mib };
};

const stat = (inactive: number, active: number, prefix = ''): string =>
  `anon 5\n${prefix}inactive_file ${inactive * mib}\n${prefix}active_file ${active * mib}`;

/** Of version 2. */
function second(
  folder: string,
  files: { max?: number; high?: number; current?: number; stat?: string },
): void {
  put(`${folder}/memory.max`, files.max === undefined ? 'max' : files.max * mib);
  put(`${folder}/memory.high`, files.high === undefined ? 'max' : files.high * mib);
  put(`${folder}/memory.current`, (files.current ?? 0) * mib);
  put(`${folder}/memory.stat`, files.stat ?? stat(0, 0));
}

/** Of version 1. */
function first(
  folder: string,
  files: { limit?: number; usage?: number; stat?: string; above?: number },
): void {
  put(`${folder}/memory.limit_in_bytes`, files.limit === undefined ? none : files.limit * mib);
  put(`${folder}/memory.usage_in_bytes`, (files.usage ?? 0) * mib);
  const above = files.above === undefined ? none : files.above * mib;
  put(`${folder}/memory.stat`, `${files.stat ?? stat(0, 0, 'total_')}\nhierarchical_memory_limit ${above}`);
}

const unifiedAt = (at: string, group = '/'): string =>
  `41 31 0:38 ${group} ${at} rw - cgroup2 cgroup2 rw,nsdelegate`;
const controllerAt = (at: string, controllers: string, group = '/'): string =>
  `35 31 0:32 ${group} ${at} rw,relatime - cgroup cgroup rw,${controllers}`;

describe('a machine without limits', () => {
  it('has the memory that /proc says, with and without control groups', () => {
    expect(memory()).toEqual({ total: 64 * 1024, available: 50 * 1024 });
    is(['0::/user.slice/user-1000.slice'], [unifiedAt('/sys/fs/cgroup')]);
    second('/sys/fs/cgroup/user.slice/user-1000.slice', {});
    expect(memory()).toEqual({ total: 64 * 1024, available: 50 * 1024 });
    is(['4:memory:/'], [controllerAt('/sys/fs/cgroup/memory', 'memory')]);
    first('/sys/fs/cgroup/memory', { usage: 14 * 1024 });
    expect(memory()).toEqual({ total: 64 * 1024, available: 50 * 1024 });
    expect(new ControlGroups(root).cores()).toBeNull();
  });
});

describe('version 2', () => {
  it('has the least of its own group and of all above it', () => {
    is(['0::/user.slice/user-1000.slice/session-3.scope'], [unifiedAt('/sys/fs/cgroup')]);
    const user = '/sys/fs/cgroup/user.slice/user-1000.slice';
    second(`${user}/session-3.scope`, { max: 8_000, current: 1_000 });
    second(user, { max: 4_000, current: 3_500 });
    second('/sys/fs/cgroup/user.slice', {});
    expect(memory()).toEqual({ total: 4_000, available: 500 });
  });

  it('has no more than what it is slowed at', () => {
    is(['0::/job'], [unifiedAt('/sys/fs/cgroup')]);
    second('/sys/fs/cgroup/job', { max: 8_000, high: 6_000, current: 1_000 });
    expect(memory()).toEqual({ total: 6_000, available: 5_000 });
  });

  it('gives up what was read of files: all that was not read again, and half of the whole', () => {
    is(['0::/job'], [unifiedAt('/sys/fs/cgroup')]);
    second('/sys/fs/cgroup/job', { max: 1_000, current: 900, stat: stat(300, 100) });
    expect(memory().available).toBe(400);
    second('/sys/fs/cgroup/job', { max: 1_000, current: 900, stat: stat(0, 600) });
    expect(memory().available).toBe(400);
  });

  it('may be over its limit for a moment', () => {
    is(['0::/job'], [unifiedAt('/sys/fs/cgroup')]);
    second('/sys/fs/cgroup/job', { max: 1_000, current: 1_010 });
    expect(memory()).toEqual({ total: 1_000, available: 0 });
  });

  it('follows a limit that is changed', () => {
    is(['0::/job'], [unifiedAt('/sys/fs/cgroup')]);
    const groups = new ControlGroups(root);
    const read = () => readMemory(join(root, 'proc'), groups);
    const total = (): number => read().totalBytes / mib;
    second('/sys/fs/cgroup/job', {});
    expect(read().ofGroup).toBe(false);
    second('/sys/fs/cgroup/job', { max: 1_000 });
    expect(total()).toBe(1_000);
    expect(read().ofGroup).toBe(true);
    second('/sys/fs/cgroup/job', { max: 2_000 });
    expect(total()).toBe(2_000);
  });

  it('is at its own root in a container', () => {
    is(['0::/'], [unifiedAt('/sys/fs/cgroup')]);
    second('/sys/fs/cgroup', { max: 600, current: 100 });
    put('/sys/fs/cgroup/cpu.max', '150000 100000');
    expect(memory()).toEqual({ total: 600, available: 500 });
    expect(new ControlGroups(root).cores()).toBe(1.5);
  });

  it('has quotas of each group above', () => {
    is(['0::/system.slice/slurmstepd.scope/job_7/step_0'], [unifiedAt('/sys/fs/cgroup')]);
    const slurm = '/sys/fs/cgroup/system.slice/slurmstepd.scope';
    put(`${slurm}/job_7/step_0/cpu.max`, 'max 100000');
    put(`${slurm}/job_7/cpu.max`, '400000 100000');
    put(`${slurm}/cpu.max`, '800000 100000');
    second(`${slurm}/job_7`, { max: 16_000, current: 2_000 });
    expect(new ControlGroups(root).cores()).toBe(4);
    expect(memory()).toEqual({ total: 16_000, available: 14_000 });
  });

  it('counts the kills of its own group', () => {
    is(['0::/job'], [unifiedAt('/sys/fs/cgroup')]);
    put('/sys/fs/cgroup/job/memory.events', 'low 0\nhigh 0\nmax 9\noom 3\noom_kill 2\noom_group_kill 0');
    expect(new ControlGroups(root).oomKills()).toBe(2);
  });
});

describe('version 1', () => {
  it('has the least of its own group and of all above it', () => {
    is(
      ['4:memory:/slurm/uid_1000/job_7/step_0', '1:cpu,cpuacct:/slurm/job_7'],
      [
        controllerAt('/sys/fs/cgroup/memory', 'memory'),
        controllerAt('/sys/fs/cgroup/cpu,cpuacct', 'cpu,cpuacct'),
      ],
    );
    const job = '/sys/fs/cgroup/memory/slurm/uid_1000/job_7';
    first(`${job}/step_0`, { usage: 1_500, stat: stat(500, 0, 'total_') });
    first(job, { limit: 2_000, usage: 1_500, stat: stat(500, 0, 'total_') });
    first('/sys/fs/cgroup/memory', {});
    put('/sys/fs/cgroup/cpu,cpuacct/slurm/job_7/cpu.cfs_quota_us', -1);
    put('/sys/fs/cgroup/cpu,cpuacct/slurm/job_7/cpu.cfs_period_us', 100_000);
    put('/sys/fs/cgroup/cpu,cpuacct/slurm/cpu.cfs_quota_us', 300_000);
    put('/sys/fs/cgroup/cpu,cpuacct/slurm/cpu.cfs_period_us', 100_000);
    expect(memory()).toEqual({ total: 2_000, available: 1_000 });
    expect(new ControlGroups(root).cores()).toBe(3);
  });

  it('counts what all groups below have read of files', () => {
    is(['4:memory:/job'], [controllerAt('/sys/fs/cgroup/memory', 'memory')]);
    const both = `${stat(1, 0)}\n${stat(400, 0, 'total_')}`;
    first('/sys/fs/cgroup/memory/job', { limit: 1_000, usage: 900, stat: both });
    expect(memory().available).toBe(500);
  });

  it('knows the limit of a group above that a container does not see', () => {
    is(['4:memory:/docker/c0ffee'], [controllerAt('/sys/fs/cgroup/memory', 'memory', '/docker/c0ffee')]);
    first('/sys/fs/cgroup/memory', { usage: 100, above: 600 });
    expect(memory()).toEqual({ total: 600, available: 500 });
  });

  it('counts the kills of its own group', () => {
    is(
      ['4:memory:/job', '0::/'],
      [controllerAt('/sys/fs/cgroup/memory', 'memory'), unifiedAt('/sys/fs/cgroup/unified')],
    );
    put('/sys/fs/cgroup/memory/job/memory.oom_control', 'oom_kill_disable 0\nunder_oom 0\noom_kill 4');
    expect(new ControlGroups(root).oomKills()).toBe(4);
  });
});

describe('both versions on one machine', () => {
  it('are asked, each for the controllers that it has', () => {
    is(
      ['4:memory:/job', '0::/user.slice'],
      [controllerAt('/sys/fs/cgroup/memory', 'memory'), unifiedAt('/sys/fs/cgroup/unified')],
    );
    first('/sys/fs/cgroup/memory/job', { limit: 3_000, usage: 0 });
    put('/sys/fs/cgroup/unified/user.slice/cpu.max', '200000 100000');
    expect(memory()).toEqual({ total: 3_000, available: 3_000 });
    expect(new ControlGroups(root).cores()).toBe(2);
  });
});

describe('a group is found', () => {
  const foldersIn = (group: string, ...mounts: readonly string[]): readonly string[] =>
    groupFolders(`0::${group}`, mounts.join('\n')).unified;

  it('below the part of the tree that is mounted', () => {
    expect(foldersIn('/docker/a/b', unifiedAt('/sys/fs/cgroup', '/docker/a'))).toEqual([
      '/sys/fs/cgroup/b',
      '/sys/fs/cgroup',
    ]);
  });

  it('where most of what is above it shows', () => {
    const mounts = [unifiedAt('/inner', '/a/b'), unifiedAt('/outer', '/a'), unifiedAt('/another', '/a/bc')];
    expect(foldersIn('/a/b', ...mounts)).toEqual(['/outer/b', '/outer']);
  });

  it('at least by what lies above it, where it was mounted outside its namespace', () => {
    expect(foldersIn('/', unifiedAt('/sys/fs/cgroup', '/../..'))).toEqual(['/sys/fs/cgroup']);
  });

  it('nowhere, where another part of the tree is mounted, or none', () => {
    expect(foldersIn('/a', unifiedAt('/sys/fs/cgroup', '/b'))).toEqual([]);
    expect(foldersIn('/a')).toEqual([]);
    expect(groupFolders('', '')).toEqual({ memory: [], cpu: [], unified: [] });
  });

  it('also where the name of its place has a space', () => {
    expect(foldersIn('/', unifiedAt('/my\\040groups'))).toEqual(['/my groups']);
  });
});
