import { mostLines } from '../../model/bounds.ts';
import type { AttemptEnd } from '../../model/result/attempt-end.ts';
import type { Launch } from '../../model/launch.ts';

/**
 * An end as far as it goes with what is known: it vouches for no lines that never came, and no more comes back to this
 * machine's disk than its sweep allows. An agent that lost its last lines with its host's power may be wrong as well.
 *
 * @param lines of the attempt in the ledger
 */
export function believable(end: AttemptEnd, lines: number, launch: Launch | undefined): AttemptEnd {
  const vouches = end.metricsCount === lines && lines <= mostLines;
  let room = launch?.artifacts.maxBytes ?? 0;
  const artifacts = end.artifacts.map((artifact) => {
    const comesBack = artifact.comesBack && artifact.sizeBytes <= room;
    if (comesBack) room -= artifact.sizeBytes;
    return comesBack === artifact.comesBack ? artifact : { ...artifact, comesBack };
  });
  return { ...end, artifacts, metricsHash: vouches ? end.metricsHash : '' };
}
