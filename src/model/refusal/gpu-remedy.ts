/**
 * What mends a GPU that nvidia-smi does not show, by what it says instead (the messages of NVML, nvidia-smi(1) "RETURN
 * VALUE"). What reads like a clause, so that it stands behind its words.
 */
const remedies: readonly (readonly [words: RegExp, remedy: string])[] = [
  [/^warning/i, 'the GPU is used all the same; tell who runs the host'],
  [
    /version mismatch/i,
    'its driver was updated and the old one still runs: a reboot mends it, or root who unloads the old one (rmmod)',
  ],
  [
    /insufficient permissions/i,
    "this account may not open /dev/nvidia*: ask who runs the host to let it in (a group such as video or render), or to hand the GPU to this container; a reboot doesn't help",
  ],
  [
    /libnvidia-ml/i,
    "the driver's library is not there: ask who runs the host to install the driver again, or to start this container with the NVIDIA runtime; a reboot doesn't help",
  ],
  [
    /communicate with the nvidia driver|driver (?:is )?not loaded/i,
    'its driver is not loaded, as after an update of the kernel: a reboot mends it, or the driver installed again for this kernel',
  ],
  [/its memory reads/, 'look at dmesg there (Xid); a reboot may mend it'],
  [
    /is lost|unable to determine the device handle|unknown error|fallen off/i,
    'a GPU has fallen off its bus: a reboot may bring it back, else power off and on; dmesg says more (Xid)',
  ],
  [/requires reset/i, 'root resets it with nvidia-smi --gpu-reset, or a reboot does'],
  [/split by MIG/, 'root ends that with nvidia-smi -mig 0'],
  [
    /shows it no more/,
    'it may have fallen off its bus: a reboot may bring it back, else power off and on; dmesg says more (Xid)',
  ],
  [/no devices were found/i, 'its driver sees none of its GPUs: look at dmesg there; a reboot may mend it'],
  [/does not answer/i, 'its driver hangs: as a rule only a reboot mends that'],
  [/there is no nvidia-smi/i, "install NVIDIA's driver there, or put nvidia-smi on the PATH"],
];

/** Words beside which a GPU works. */
export const isGpuWarning = (words: string): boolean => /^warning/i.test(words);

/** What a driver says, and what mends it, in one sentence. @param between what follows from it */
export const withRemedy = (words: string, between = ''): string =>
  `${words.replace(/\.$/, '')}${between}; ${gpuRemedy(words)}`;

export const gpuRemedy = (words: string): string =>
  remedies.find(([pattern]) => pattern.test(words))?.[1] ?? 'run nvidia-smi there to see more';
