/** Signals that end programs, by number (signal(7), x86 and arm). */
const names: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  5: 'SIGTRAP',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
  24: 'SIGXCPU',
  25: 'SIGXFSZ',
  31: 'SIGSYS',
};

const meanings: Readonly<Record<string, string>> = {
  SIGSEGV: 'a segmentation fault',
  SIGABRT: 'the program aborted',
  SIGILL: 'an instruction that this CPU does not know',
  SIGKILL: 'someone or the system killed it',
  SIGXCPU: 'over its CPU time limit',
  SIGXFSZ: 'over its file size limit',
};

/** The signal that a shell's exit status stands for: 128 + number (POSIX, 2.8.2); null where it is no signal's. */
export const signalOf = (status: number): string | null =>
  status > 128 ? (names[status - 128] ?? null) : null;

export const describeSignal = (signal: string): string => {
  const meaning = meanings[signal];
  return meaning === undefined ? signal : `${signal} (${meaning})`;
};
