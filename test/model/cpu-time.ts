/** Milliseconds of CPU that `work` takes: on a machine that others use as well, the wall clock would measure them. */
export function cpuMsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
