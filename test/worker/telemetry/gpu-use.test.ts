import { describe, expect, it } from 'vitest';
import { bytesByAttempt, measuredGpus } from '../../../src/worker/telemetry/gpu-use.ts';
import { parseGpuLine } from '../../../src/worker/telemetry/nvidia-smi-lines.ts';

const host = { memoryTotalBytes: 100, memoryAvailableBytes: 70 };
const owners = new Map<number, string | null>([
  [1, null],
  [7, 'a-1'],
  [8, 'a-1'],
  [9, 'a-2'],
]);
const ownerOf = (pid: number): string | null | undefined => owners.get(pid);
const app = (pid: number, bytes = 10, uuid = 'GPU-a') => ({ uuid, pid, bytes });

const told = (memory: string) => {
  const gpu = parseGpuLine(`0, GPU-a, X, ${memory}, 0, 30, 20, [N/A]`);
  if (gpu === null) throw new Error('the line was one of a GPU');
  return [{ gpu, at: 500 }];
};

const otherOf = ({ pid }: { readonly pid: number }) => ({ user: `user ${pid}`, isClaimed: false, idleMs: 0 });

describe('the processes on a GPU', () => {
  it('add up to what each attempt holds', () => {
    expect(bytesByAttempt([app(7), app(8, 5), app(9, 3), app(1, 99), app(404, 99)], ownerOf)).toEqual(
      new Map([
        ['a-1', 15],
        ['a-2', 3],
      ]),
    );
  });

  it('are others where they are not ours, known here or not', () => {
    const [gpu] = measuredGpus(
      told('16, 4'),
      [app(7), app(1), app(404), app(1, 1, 'GPU-b')],
      ownerOf,
      otherOf,
      host,
      700,
    );
    expect(gpu).toMatchObject({ listsProcesses: false, ageMs: 200 });
    expect(gpu?.others.map(({ user }) => user)).toEqual(['user 1', 'user 404']);
  });

  it('are told apart only where all of them are processes of this machine', () => {
    const lists = (...pids: number[]) =>
      measuredGpus(
        told('16, 4'),
        pids.map((pid) => app(pid)),
        ownerOf,
        otherOf,
        host,
        700,
      )[0]?.listsProcesses;
    expect([lists(7, 1), lists(7, 404), lists()]).toEqual([true, false, false]);
  });

  it('may work in the memory of their host', () => {
    const [gpu] = measuredGpus(told('[N/A], [N/A]'), [], ownerOf, otherOf, host, 700);
    expect(gpu).toMatchObject({ memoryTotalBytes: 100, memoryUsedBytes: 30 });
  });
});
