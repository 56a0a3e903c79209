import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { idleFigures, writeFigures } from './figures.ts';
import { writeGpus } from './gpus.ts';
import type { CompleteHost } from './options.ts';

/** Where sshd looks for programs. */
const programFolders = ['/usr/local/bin', '/usr/bin', '/bin'];
const rcFiles = { bash: '.bashrc', tcsh: '.tcshrc', fish: '.config/fish/config.fish' };

/** Writes what the scripts of the machine read of a host: its settings, sshd's configuration, figures, GPUs and home. */
export function writeSettings(folder: string, host: CompleteHost): void {
  const home = join(folder, 'home');
  const rcFile = join(home, rcFiles[host.loginShell]);
  mkdirSync(join(rcFile, '..'), { recursive: true });
  if (host.greeting !== '') {
    writeFileSync(join(home, '.greeting'), `${host.greeting}\n`);
    writeFileSync(rcFile, 'cat ~/.greeting\n');
  }
  writeFileSync(join(folder, 'sshd_config'), sshdConfig(host));
  writeFileSync(join(folder, 'settings.sh'), shellVariables(variables(host)));
  writeFigures(join(folder, 'proc'), idleFigures);
  writeGpus(join(folder, 'gpus'), host.name, host.gpus, { kind: 'answers' });
}

function variables(host: CompleteHost): Record<string, string> {
  return {
    name: host.name,
    index: String(host.index),
    address: host.address,
    node: yesNo(host.node),
    // A machine whose Node lies elsewhere (nvm, a CI's tool folder) lends its hosts that one.
    node_file: host.node && programAt('node') === null ? process.execPath : '',
    home: host.sharedHome === '' ? `own-${host.name}` : `shared-${host.sharedHome}`,
    home_kib: String(Math.ceil(host.homeBytes / 1024)),
    noexec: yesNo(host.noexecHome),
    shell: shellPath(host.loginShell),
    nvidia_smi: yesNo(host.gpus.length > 0),
    clock_ahead: String(host.clockAheadSeconds),
    kill_user_processes: yesNo(host.killUserProcesses),
  };
}

/** Of two lines for one keyword sshd takes the first. */
function sshdConfig(host: CompleteHost): string {
  return [
    ...(host.clockAheadSeconds === 0 ? [] : [wrongClock(host)]),
    ...host.sshd,
    'HostKey /etc/ssh/ssh_host_ed25519_key',
    'UsePAM no',
    'PasswordAuthentication no',
    'AuthorizedKeysFile .ssh/authorized_keys',
    'StreamLocalBindUnlink yes',
    'PidFile /run/sshd.pid',
    ...(host.sftp ? ['Subsystem sftp internal-sftp'] : []),
    '',
  ].join('\n');
}

/** What every session has in its environment; sshd has no other that it gives to all. */
const wrongClock = ({ clockAheadSeconds }: CompleteHost): string =>
  `SetEnv BED_CLOCK_AHEAD=${clockAheadSeconds} NODE_OPTIONS=--require=/usr/local/lib/bed/clock.cjs`;

function shellPath(shell: CompleteHost['loginShell']): string {
  const path = programAt(shell);
  if (path === null) throw new Error(`${shell} is not installed on this machine; apt-get install ${shell}`);
  return path;
}

/** Where the hosts have a program from this machine; null where it is not in sshd's path. */
export function programAt(name: string): string | null {
  const path = programFolders.map((folder) => join(folder, name)).find(isExecutable);
  return path ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const yesNo = (yes: boolean): string => (yes ? 'yes' : 'no');

const shellVariables = (values: Record<string, string>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}='${value.replaceAll("'", String.raw`'\''`)}'\n`)
    .join('');
