import type { z } from 'zod';
import { type Launch, launchSchema } from '../src/model/launch.ts';

export type LaunchInput = z.input<typeof launchSchema>;

/** A launch of which only what a test is about has to be said. */
export const plainLaunch = (command: readonly string[], more: Partial<LaunchInput> = {}): Launch =>
  launchSchema.parse({
    command: [...command],
    argStyle: 'plain',
    files: null,
    data: null,
    env: {},
    activate: null,
    python: null,
    setup: null,
    engines: [],
    passEnv: [],
    metrics: { stdout: [], csv: null },
    objective: { metric: 'score', goal: 'maximize', at: 'final', selectOnTest: false },
    timeoutMs: null,
    stallAfterMs: null,
    artifacts: { fetch: ['**'], maxBytes: 50_000_000 },
    ...more,
  } satisfies LaunchInput);
