/** Which launches are alike in what their trials take: what was learned of the trials of one holds for those of the others. */
import { launchIdOf } from './grid/identity.ts';
import { type Launch, launchSchema } from './launch.ts';

/**
 * Program, files, data and environment tell how long a trial takes and how much memory. For how long it may run, what of it
 * comes back and what is read of its lines do not: an edit of these in a sweep file forgets nothing.
 */
const telling = launchSchema.omit({
  timeoutMs: true,
  stallAfterMs: true,
  artifacts: true,
  objective: true,
  metrics: true,
});

export function likenessOf(launch: Launch): string {
  const likeness = known.get(launch) ?? launchIdOf(telling.parse(launch));
  known.set(launch, likeness);
  return likeness;
}

/** A plan asks of the same launches again and again. */
const known = new WeakMap<Launch, string>();
