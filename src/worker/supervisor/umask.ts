/** Starts a process whose files are not as private as the agent's own: a child begins with the umask of its parent. */
export function withUmask<Started>(umask: number, start: () => Started): Started {
  const own = process.umask(umask);
  try {
    return start();
  } finally {
    process.umask(own);
  }
}
