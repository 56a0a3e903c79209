import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const programs = ['bash', 'ip', 'mount', 'unshare', 'nsenter', 'setsid', 'flock', 'find', 'awk', 'python3'];
const ofSsh = ['ssh', 'ssh-keygen', 'sshd'];
const probe = join(import.meta.dirname, 'machine/probe.sh');

/** Why this machine can have no bed: a sentence; null where it can. */
export function whyNoBed(): string | null {
  if (process.platform !== 'linux') return 'a bed needs Linux';
  if (process.getuid?.() !== 0) return 'a bed needs root';
  const missing = [...programs, ...ofSsh].filter((name) => !isInstalled(name));
  if (missing.length > 0) return `not installed: ${missing.join(', ')} (openssh-server, iproute2, python3)`;
  const { status, stderr } = spawnSync('bash', [probe], { encoding: 'utf8' });
  return status === 0 ? null : `namespaces cannot be had here: ${stderr.trim().split('\n').at(-1) ?? ''}`;
}

/**
 * Whether tests with a bed run here. Where they do not, one line says why; where LABSWEEP_BED=required says that they
 * must, they fail instead. @throws where they must run and cannot
 */
export function bedIsHere(): boolean {
  const reason = whyNoBed();
  if (reason === null) return true;
  if (process.env['LABSWEEP_BED'] === 'required') throw new Error(`LABSWEEP_BED=required, but ${reason}`);
  process.stderr.write(`tests on a bed of sshd hosts are skipped: ${reason}\n`);
  return false;
}

const isInstalled = (name: string): boolean => {
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name], { env }).status === 0;
};
