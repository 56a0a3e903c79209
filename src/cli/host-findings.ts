/** What an inspection amounts to for a person: what is good, what is worth knowing, what keeps trials away, and the remedy. */
import type { Inspection } from '../coordinator/fleet/inspect.ts';
import { endsWithLogin } from '../coordinator/fleet/left-behind.ts';
import { formatDuration } from '../model/duration.ts';
import { absentGpusText } from '../model/inventory/absent-gpus.ts';
import { gpuTroubles } from '../model/inventory/gpu-troubles.ts';
import type { DevicePolicy, HostLimits } from '../model/inventory/inventory.ts';
import { diskText } from '../model/refusal/disk-text.ts';
import { isGpuWarning, withRemedy } from '../model/refusal/gpu-remedy.ts';
import { allKeptText } from '../model/refusal/refusal.ts';
import { formatSize } from '../model/size.ts';
import { counted } from '../session/text/counted.ts';
import { type Limits, limitsOf } from '../throttle/limits.ts';
import { headroomBytes } from '../throttle/room.ts';

export interface Finding {
  readonly level: 'good' | 'note' | 'bad';
  readonly text: string;
  /** The end of what a command there printed, where that is the reason. */
  readonly log?: string;
}

type Entered = Extract<Inspection, { kind: 'entered' }>;

const aClockOffMs = 60_000;

/** @param limits what the inventory says of the host */
export function findingsOf(found: Inspection, limits: HostLimits): Finding[] {
  if (found.kind === 'not-entered') return [{ level: 'bad', text: found.because }];
  return [
    whoAndWhere(found),
    whatItIs(found),
    ...gpusOf(found),
    ...absentGpus(found, limits.devices),
    ...memoryKept(found, limitsOf(limits)),
    ...worries(found, limitsOf(limits)),
  ];
}

function whoAndWhere({ probe, enteredMs }: Entered): Finding {
  const free = probe.freeKib === null ? '' : `, ${formatSize(probe.freeKib * 1024)} free`;
  const where = `${probe.folder} (${probe.fileSystem || 'unknown file system'}${free})`;
  return { level: 'good', text: `${probe.user} in ${where}, entered in ${(enteredMs / 1_000).toFixed(1)} s` };
}

function whatItIs({ probe, facts }: Entered): Finding {
  const parts = [
    `${facts.cpus} cores`,
    `${formatSize(facts.memoryBytes)}${facts.memoryOfGroup ? ' (what its control group allows)' : ''}`,
    `Node ${probe.nodeVersion}${probe.node.startsWith(probe.folder) ? ' (put there by labsweep)' : ''}`,
    probe.glibc,
    probe.load === null ? '' : `load ${probe.load}`,
  ];
  return { level: 'good', text: parts.filter((part) => part !== '').join(', ') };
}

/** GPUs of one kind together. */
function gpusOf({ facts: { gpus, gpuProblem, gpusBroken } }: Entered): Finding[] {
  const kinds = Map.groupBy(gpus ?? [], ({ name, memoryBytes }) => `${name}, ${formatSize(memoryBytes)}`);
  const found: Finding[] = [...kinds].map(([kind, { length }]) => ({
    level: 'good',
    text: `${counted(length, 'GPU')}: ${kind}${length > 1 ? ' each' : ''}`,
  }));
  if (gpuProblem !== null) found.push(ofGpuProblem(gpuProblem, gpus !== null && !gpusBroken));
  else if (gpus === null)
    found.push({
      level: 'bad',
      text: 'nvidia-smi has said nothing for 32 s, and no trial that may use a GPU starts before it does; run it there',
    });
  for (const { which, because } of gpuTroubles(gpus ?? []))
    found.push({ level: 'bad', text: `${which}: ${withRemedy(because, '; no trial is put there')}` });
  return found;
}

/** Of a driver that fails to show some, that is said already. */
function absentGpus({ facts: { gpus, gpuProblem } }: Entered, devices: readonly DevicePolicy[]): Finding[] {
  const text = gpus === null || gpuProblem !== null ? null : absentGpusText(devices, gpus);
  return text === null ? [] : [{ level: 'bad', text }];
}

function memoryKept(
  { facts: { memoryBytes: totalBytes, memoryOfGroup: ofGroup } }: Entered,
  limits: Limits,
): Finding[] {
  const keptBytes = headroomBytes(totalBytes, limits);
  return keptBytes < totalBytes
    ? []
    : [{ level: 'bad', text: allKeptText({ keptBytes, totalBytes, ofGroup }) }];
}

function ofGpuProblem(problem: string, areUsed: boolean): Finding {
  const level = isGpuWarning(problem) ? 'note' : 'bad';
  const waits = areUsed ? '' : '; trials that may use a GPU wait';
  return { level, text: `of its GPUs: ${withRemedy(problem, waits)}` };
}

function worries({ probe, clockAheadMs, detached, facts }: Entered, limits: Limits): Finding[] {
  const leastFreeBytes = limits.diskFreeBytes;
  const found: Finding[] = [];
  const note = (text: string): void => void found.push({ level: 'note', text });
  if (detached === false) found.push({ level: 'bad', text: notDetachedText(probe) });
  else if (probe.leftBehind === 'moved')
    note(
      "logind ends there what a login leaves behind: the agent runs in the user's own manager, where it stays",
    );
  const totalBytes = facts.diskBytes;
  if (totalBytes !== null && totalBytes < leastFreeBytes)
    found.push({
      level: 'bad',
      text: diskText({
        freeBytes: 0,
        limitBytes: leastFreeBytes,
        askedBytes: 0,
        totalBytes,
        folder: probe.folder,
      }),
    });
  else if (probe.freeKib !== null && probe.freeKib * 1024 < leastFreeBytes)
    found.push({
      level: 'bad',
      text: `only ${formatSize(probe.freeKib * 1024)} free in ${probe.folder}: nothing starts under ${formatSize(leastFreeBytes)} (\`limits.disk\` in inventory.json); make room or set "folder"`,
    });
  if (probe.runs === 'no')
    note(
      `programs in ${probe.folder} may not be run (noexec); files of a program that are started as such fail there`,
    );
  if (facts.environmentProblem !== null)
    note(
      `its login files could not be read: ${facts.environmentProblem}; mend them, and the next connection reads them`,
    );
  if (probe.noise !== '')
    note(
      `its login files print ${JSON.stringify(firstLine(probe.noise))}: harmless here, but scp and rsync stumble over it`,
    );
  if (Math.abs(clockAheadMs) > aClockOffMs)
    note(
      `its clock is ${formatDuration(Math.abs(clockAheadMs))} ${clockAheadMs > 0 ? 'ahead' : 'behind'}: no trial minds, times are measured on one machine`,
    );
  if (probe.load !== null && probe.load >= facts.cpus * limits.othersLoadPerCpu.hold)
    note(`load ${probe.load} on ${facts.cpus} cores: trials that take cores wait until others are done`);
  return found;
}

const firstLine = (text: string): string => (text.split('\n', 1)[0] ?? '').slice(0, 80);

const notDetachedText = ({ leftBehind, user }: Entered['probe']): string =>
  leftBehind === 'ended'
    ? endsWithLogin(user)
    : 'the agent ends with the connection, and trials with it: something there ends what a login leaves behind';
