import { z } from 'zod';

/**
 * How an attempt ended, named by cause (DESIGN.md, "What ends an attempt, and what follows").
 * `message` is one plain sentence; `remedy` says what a person can do.
 */
export const outcomeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('succeeded') }),
  /** The objective is NaN or infinite: a result of the point, which another attempt would only repeat. */
  z.object({ kind: z.literal('diverged'), message: z.string() }),
  /** Charged to the trial. `exitCode` null when a signal ended it. `not-finite`: `diverged` in the words of before. */
  z.object({
    kind: z.literal('failed'),
    reason: z.enum(['exit', 'signal', 'no-result', 'bad-result', 'not-finite']),
    exitCode: z.number().nullable(),
    signal: z.string().nullable(),
    message: z.string(),
  }),
  /** The program never ran: charged to the host, or to what was launched there (`chargeOf`). */
  z.object({
    kind: z.literal('not-started'),
    reason: z.enum([
      'no-such-program',
      'not-executable',
      'no-space',
      'content-missing',
      'data-missing',
      'setup',
      'spawn',
    ]),
    message: z.string(),
  }),
  /** It failed while a disk of its host was full: charged to the host. */
  z.object({ kind: z.literal('no-space'), message: z.string() }),
  z.object({ kind: z.literal('timeout'), afterMs: z.number() }),
  z.object({ kind: z.literal('stalled'), afterMs: z.number() }),
  /** Not charged. */
  z.object({ kind: z.literal('oom'), message: z.string() }),
  z.object({ kind: z.literal('vanished') }),
  /** `shutdown`: its host was shut down in order. */
  z.object({
    kind: z.literal('lost'),
    reason: z.enum(['reboot', 'shutdown', 'silence', 'unknown-to-host']),
  }),
  /** It gave way, to go on elsewhere. `over` null in the words of before. */
  z.object({
    kind: z.literal('evicted'),
    over: z.enum(['others', 'memory', 'gpu-memory', 'strain']).nullable().default(null),
    message: z.string(),
  }),
  z.object({ kind: z.literal('cancelled') }),
]);
export type Outcome = Readonly<z.infer<typeof outcomeSchema>>;
export type OutcomeKind = Outcome['kind'];
export type EvictedOver = NonNullable<Extract<Outcome, { kind: 'evicted' }>['over']>;

/** Who is to blame, and so what a retry costs. */
export const chargedTo: Readonly<Record<OutcomeKind, 'trial' | 'host' | 'nobody'>> = {
  succeeded: 'nobody',
  diverged: 'nobody',
  failed: 'trial',
  timeout: 'trial',
  stalled: 'trial',
  'not-started': 'host',
  'no-space': 'host',
  oom: 'nobody',
  vanished: 'nobody',
  lost: 'nobody',
  evicted: 'nobody',
  cancelled: 'nobody',
};

/** Whether it ended for want of disk space, which is its host's and goes by: no other trial would do better there. */
export const wantedSpace = (outcome: Outcome): boolean =>
  outcome.kind === 'no-space' || (outcome.kind === 'not-started' && outcome.reason === 'no-space');

/** Whether an attempt that ended so has brought its trial's result. */
export const isResult = (kind: OutcomeKind): kind is 'succeeded' | 'diverged' =>
  kind === 'succeeded' || kind === 'diverged';

type StartFailure = Extract<Outcome, { kind: 'not-started' }>['reason'];

/** Of starts that failed: what one launch lacks on a host says nothing of the host to the others. */
const isOfLaunch: Readonly<Record<StartFailure, boolean>> = {
  'no-such-program': true,
  'not-executable': true,
  'data-missing': true,
  'content-missing': true,
  setup: true,
  'no-space': false,
  spawn: false,
};

/** The same of one end. */
export const chargeOf = (outcome: Outcome): 'trial' | 'host' | 'launch' | 'nobody' =>
  outcome.kind === 'not-started' && isOfLaunch[outcome.reason] ? 'launch' : chargedTo[outcome.kind];

/** Whether an end is a reason to try another host first: not where the host was lost, or its owner came back. */
export const speaksAgainstHost = (kind: OutcomeKind): boolean =>
  chargedTo[kind] !== 'nobody' || kind === 'oom' || kind === 'vanished';
