/** For so long a host that is away is waited for, in ms: a cut is over by then, and most reboots are. */
export const patienceMs = 5 * 60_000;
