import type { Gpu } from './gpus.ts';

/** What one host of a bed is like. What is left out is an idle server of 8 cores and 32 GB with the machine's Node. */
export interface HostOptions {
  /** @default host01, host02, … */
  readonly name?: string;
  /** Trials at once, and cores for them, by the inventory: no process can be lied to about its cores. @default 8 */
  readonly slots?: number;
  /** Its GPUs, for which nvidia-smi's stand-in answers; without any there is no nvidia-smi. @default none */
  readonly gpus?: readonly Gpu[];
  /** Whether a Node is installed. @default true */
  readonly node?: boolean;
  /** Hosts with the same word have the same /home, as by NFS. @default a /home of its own */
  readonly sharedHome?: string;
  /** /home is full at this size. @default without limit */
  readonly homeBytes?: number;
  /** Nothing can be executed under /home. @default false */
  readonly noexecHome?: boolean;
  /** Of the user lab; must be installed on this machine. @default bash */
  readonly loginShell?: 'bash' | 'tcsh' | 'fish';
  /** What the rc file of the login shell prints, whoever asks. @default nothing */
  readonly greeting?: string;
  /** @default true */
  readonly sftp?: boolean;
  /** More lines of sshd_config, before its own: `MaxSessions 1`, `MaxStartups 2`, … */
  readonly sshd?: readonly string[];
  /** How far its clock is wrong, as `date` and Node have it; times of files are this machine's. @default 0 */
  readonly clockAheadSeconds?: number;
  /**
   * Who has no session left has no process left, as by logind's KillUserProcesses=yes, but for what stand-ins of
   * `systemd-run --user --scope` and `loginctl enable-linger` keep. @default false
   */
  readonly killUserProcesses?: boolean;
}

export interface BedOptions {
  /** How many, or what each is like. */
  readonly hosts: number | readonly HostOptions[];
  /** What all are like that do not say otherwise. */
  readonly all?: HostOptions;
  /** Whether the laptop's known_hosts has the hosts' keys. @default true */
  readonly trusted?: boolean;
}

export type CompleteHost = Required<HostOptions> & { readonly index: number; readonly address: string };

const ordinary = {
  slots: 8,
  gpus: [],
  node: true,
  sharedHome: '',
  homeBytes: 0,
  noexecHome: false,
  loginShell: 'bash',
  greeting: '',
  sftp: true,
  sshd: [],
  clockAheadSeconds: 0,
  killUserProcesses: false,
} as const;

export function completeHosts({ hosts, all }: BedOptions): CompleteHost[] {
  const each: readonly HostOptions[] =
    typeof hosts === 'number' ? Array.from({ length: hosts }, () => ({})) : hosts;
  return each.map((own, at) => {
    const name = `host${String(at + 1).padStart(2, '0')}`;
    return { ...ordinary, name, ...all, ...own, index: at + 1, address: `10.77.0.${11 + at}` };
  });
}
