/** A control group that leaves its processes so much memory, made by the test: only where root may make one. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const first = '/sys/fs/cgroup/memory';
const second = '/sys/fs/cgroup';

export class MemoryGroup {
  static #made = 0;
  readonly #folder: string;
  readonly #isFirst = existsSync(join(first, 'memory.limit_in_bytes'));

  /** @throws where no group can be made */
  constructor(bytes: number) {
    MemoryGroup.#made += 1;
    const name = `labsweep-test-${process.pid}-${MemoryGroup.#made}`;
    if (!this.#isFirst) writeFileSync(join(second, 'cgroup.subtree_control'), '+memory');
    this.#folder = join(this.#isFirst ? first : second, name);
    mkdirSync(this.#folder);
    writeFileSync(join(this.#folder, this.#isFirst ? 'memory.limit_in_bytes' : 'memory.max'), String(bytes));
  }

  /** Runs a command in the group to its end; what it leaves running stays in there. */
  run(command: readonly string[], env: NodeJS.ProcessEnv): void {
    const enter = 'echo $$ > "$0/cgroup.procs" && exec "$@"';
    const argv = ['-c', enter, this.#folder, ...command];
    const { stderr, status } = spawnSync('sh', argv, { encoding: 'utf8', env });
    if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
  }

  /** Processes in it that the kernel has killed. */
  get kills(): number {
    const text = readFileSync(
      join(this.#folder, this.#isFirst ? 'memory.oom_control' : 'memory.events'),
      'utf8',
    );
    return Number(/^oom_kill (\d+)$/m.exec(text)?.[1]);
  }

  get processes(): number[] {
    const text = readFileSync(join(this.#folder, 'cgroup.procs'), 'utf8');
    return text.split('\n').filter(Boolean).map(Number);
  }

  /** Once nothing is in it any more. */
  remove(): void {
    rmdirSync(this.#folder);
  }
}

/** Whether one can be made here. Where not, one line says why; where LABSWEEP_BED=required says that it must, that is an error. */
export function groupsAreHere(): boolean {
  try {
    new MemoryGroup(2 ** 30).remove();
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (process.env['LABSWEEP_BED'] === 'required')
      throw new Error('LABSWEEP_BED=required, but no control group for memory can be made here', {
        cause: error,
      });
    process.stderr.write(`tests in a control group of little memory are skipped: ${why}\n`);
    return false;
  }
}
