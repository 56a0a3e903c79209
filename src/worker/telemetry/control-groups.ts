/** What the control groups of this process allow it: Slurm's, a container's, those that an administrator set for a user. */
import { readFileSync } from 'node:fs';
import { groupFolders, type GroupFolders } from './group-folders.ts';
import { coresOfQuota, type GroupTexts, type Memory, memoryOf } from './group-memory.ts';

/** Read once, since a process stays in its groups; what they allow is read each time. */
export class ControlGroups {
  readonly #root: string;
  readonly #folders: GroupFolders;

  /** @param root of the machine's files, without a slash at its end */
  constructor(root = '') {
    this.#root = root;
    this.#folders = groupFolders(this.#text('/proc/self/cgroup'), this.#text('/proc/self/mountinfo'));
  }

  /** Of each group that limits it. */
  memory(): readonly Memory[] {
    const { memory, unified } = this.#folders;
    const texts = [
      ...memory.map((folder) => this.#ofFirst(folder)),
      ...unified.map((folder) => this.#ofSecond(folder)),
    ];
    return texts.flatMap((group) => memoryOf(group) ?? []);
  }

  /** The least that a quota allows, in cores; null where there is none. */
  cores(): number | null {
    const { cpu, unified } = this.#folders;
    const quotas = [
      ...cpu.map((folder) =>
        coresOfQuota(this.#text(`${folder}/cpu.cfs_quota_us`), this.#text(`${folder}/cpu.cfs_period_us`)),
      ),
      ...unified.map((folder) => {
        const [quota = '', period = ''] = this.#text(`${folder}/cpu.max`).split(' ');
        return coresOfQuota(quota, period);
      }),
    ].filter((cores) => cores !== null);
    return quotas.length === 0 ? null : Math.min(...quotas);
  }

  /** Processes of its own group that the kernel has killed for want of memory; null where the group does not count them. */
  oomKills(): number | null {
    const [unified] = this.#folders.unified;
    const [memory] = this.#folders.memory;
    const counts = [
      unified === undefined ? '' : this.#text(`${unified}/memory.events`),
      memory === undefined ? '' : this.#text(`${memory}/memory.oom_control`),
    ].flatMap((text) => /^oom_kill (\d+)$/m.exec(text)?.[1] ?? []);
    return counts[0] === undefined ? null : Number(counts[0]);
  }

  #ofFirst(folder: string): GroupTexts {
    return {
      limits: [this.#text(`${folder}/memory.limit_in_bytes`)],
      usage: this.#text(`${folder}/memory.usage_in_bytes`),
      stat: this.#text(`${folder}/memory.stat`),
    };
  }

  #ofSecond(folder: string): GroupTexts {
    const limits = ['max', 'high'].map((name) => this.#text(`${folder}/memory.${name}`));
    // Most groups have no limit, and their figures are many.
    const isLimited = limits.some((limit) => /\d/.test(limit));
    return {
      limits,
      usage: isLimited ? this.#text(`${folder}/memory.current`) : '',
      stat: isLimited ? this.#text(`${folder}/memory.stat`) : '',
    };
  }

  #text(path: string): string {
    try {
      return readFileSync(`${this.#root}${path}`, 'latin1');
    } catch {
      return '';
    }
  }
}
