/** What a host need not keep: removed in an idle moment, because deleting costs ext4 more than starting programs. */
import { lstatSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { tidyCheckpoints } from './checkpoint.ts';
import { type HostFolder, type RunFolder, runFolder } from './host-folder.ts';
import { reopen } from './reopen.ts';

/** Who wants to look at what a trial left in its working directory does so within a week. */
const weekMs = 7 * 24 * 3_600_000;
/** Folders that one idle moment clears: thousands at once would slow the next run down. */
const mostFolders = 1_000;

/**
 * Of trials that ended a week ago and are acknowledged, logs and artifacts stay. Packs that a cut left half sent are no
 * more waited for by then.
 *
 * @param isHeld whether an attempt is the agent's business still
 */
export function tidy(host: HostFolder, isHeld: (attempt: string) => boolean): void {
  tidyCheckpoints(host);
  // By the clock of the file system, which may be another machine's: this agent wrote the file when it began.
  const before = changedAt(host.agentFile) - weekMs;
  const incoming = `${host.folder}/incoming`;
  for (const name of namesIn(incoming))
    if (changedAt(`${incoming}/${name}`) < before) rmSync(`${incoming}/${name}`, { force: true });
  let cleared = 0;
  for (const attempt of namesIn(host.runs)) {
    if (cleared === mostFolders) return;
    const run = runFolder(host, attempt);
    if (isHeld(attempt) || changedAt(run.root) >= before) continue;
    clear(run);
    cleared += 1;
  }
}

/** What cannot be removed is in nobody's way. */
function clear({ root, work, params, report, exit, passed, log, artifacts }: RunFolder): void {
  reopen(root);
  try {
    // Its trial may have put a link in its place: what that leads to is not ours.
    if (!lstatSync(root).isDirectory()) return rmSync(root);
    for (const path of [work, params, report, exit]) rmSync(path, { recursive: true, force: true });
    // As long as there is a log to read, it says what is hidden in it.
    if (statSync(log, { throwIfNoEntry: false })?.size === 0)
      for (const path of [log, passed]) rmSync(path, { force: true });
    for (const folder of [artifacts, root]) if (namesIn(folder).length === 0) rmdirSync(folder);
  } catch {
    // Another user's, or mounted there.
  }
}

/** Never behind a link: what that leads to is not ours. */
function namesIn(folder: string): string[] {
  try {
    return lstatSync(folder).isDirectory() ? readdirSync(folder) : [];
  } catch {
    return [];
  }
}

/** In ms since 1970; never where there is nothing. */
const changedAt = (path: string): number =>
  statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
