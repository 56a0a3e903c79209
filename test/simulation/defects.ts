import type { Patch } from '../planted-copy.ts';

/** Defects that were made on purpose: a simulation that does not see them proves nothing. */
export interface Defect extends Patch {
  readonly what: string;
  /** What the simulation says of it. */
  readonly seenAs: RegExp;
}

export const defects: readonly Defect[] = [
  {
    what: 'a result is acknowledged before it is committed',
    file: 'coordinator/loop.ts',
    find: `    if (commits.length > 0) this.#door.commit(facts, metrics);
    for (const instruction of instructions) this.#carryOut(instruction);`,
    put: `    for (const instruction of instructions) this.#carryOut(instruction);
    if (commits.length > 0) this.#door.commit(facts, metrics);`,
    seenAs: /P[12]: (acknowledged|leased) .* before it was on the disk/,
  },
  {
    what: 'a coordinator decides on after a commit that failed',
    file: 'coordinator/loop.ts',
    find: `    } catch (cause) {
      this.halt();
      this.#door.failed(cause);
    }`,
    put: '    } catch {}',
    seenAs: /./,
  },
  {
    what: 'an older connection of a ledger is not turned away by a newer one',
    file: 'worker/core/connections.ts',
    find: 'if (side.writer !== null && side.writer !== connection)',
    put: 'if (side.writer !== null && side.writer < 0)',
    seenAs: /./,
  },
  {
    what: 'a failure is charged twice',
    file: 'ledger/trials.ts',
    find: 'trial.charges += 1;',
    put: 'trial.charges += 2;',
    seenAs: /is given up after 1 failures/,
  },
  {
    what: 'a second success takes the place of the first',
    file: 'ledger/trials.ts',
    find: '  if (!isImported(state, status.attempt)) return false;\n',
    put: '',
    seenAs: /which was not the first with a result/,
  },
  {
    what: 'what another life of the ledger left running is not adopted',
    file: 'coordinator/core/reconcile.ts',
    find: "turn.record({ kind: 'adopted', at: now, attempt, host: host.name, trial });",
    put: ';',
    seenAs: /is ended there and not adopted/,
  },
  {
    what: 'a lease that never arrived stays leased',
    file: 'coordinator/core/reconcile.ts',
    find: '  if (unstarted.length > 0)\n',
    put: '  if (unstarted.length > 1e9)\n',
    seenAs: /is leased|never succeeded/,
  },
  {
    what: 'what is asked back counts as given back before its host has confirmed it',
    file: 'coordinator/core/ask-back.ts',
    find: '  for (const attempt of attempts) connectionOf(host.link)?.asked.add(attempt);\n',
    put: "  turn.record({ kind: 'taken-back', at: 0, host: host.name, attempts: [...attempts] });\n",
    seenAs: /started on host\d after it was taken back|runs as \S+ and as \S+ at once/,
  },
  {
    what: 'an agent starts a process before it has written down that it does',
    file: 'worker/core/turn.ts',
    find: "[{ kind: 'commit', records: this.facts }, ...effects]",
    put: "[...effects, { kind: 'commit', records: this.facts }]",
    seenAs: /is started a second time|ran to its end as .* for nothing/,
  },
  {
    what: 'an agent forgets a result once it has told it',
    file: 'worker/core/tell.ts',
    find: "  turn.instruct({\n    kind: 'send-end',\n",
    put: "  turn.record({ kind: 'acked', attempts: [held.lease.attempt] });\n  turn.instruct({\n    kind: 'send-end',\n",
    seenAs: /for nothing/,
  },
  {
    what: 'a host that is silent is given up at once',
    file: 'coordinator/core/silence.ts',
    find: 'return silentMs >= lostAfterMs;',
    put: 'return silentMs < lostAfterMs;',
    seenAs: /is given up after [\d.]+ ms of silence/,
  },
  {
    what: 'time in which the coordinator was stopped counts as silence of hosts',
    file: 'coordinator/core/awake.ts',
    find: 'const ms = awakeIn(sinceMs);\n  state.awakeMs += ms;\n  countUse(state, ms);\n  if (sinceMs >= stoppedAfterMs)',
    put: 'const ms = sinceMs;\n  if (sinceMs < 0)',
    seenAs: /is given up after [\d.]+ ms of silence/,
  },
  {
    what: 'what was given up in a silence and is back is not taken up again',
    file: 'coordinator/core/silence.ts',
    find: '  if (givenUp.length === 0) return;\n',
    put: '  if (givenUp.length >= 0) return;\n',
    seenAs: /./,
  },
  {
    what: 'the second of two attempts is not ended once the first has succeeded',
    file: 'coordinator/core/commands.ts',
    find: "    turn.instruct({ kind: 'send', host, message: { kind: 'cancel', attempts: [other] } });\n",
    put: '',
    seenAs: /has its result, and .* runs on/,
  },
  {
    what: 'a host that a person has closed is leased to',
    file: 'coordinator/hosts/eligibility.ts',
    find: 'host.listing.off ?? record?.closed ?? null',
    put: 'host.listing.off',
    seenAs: /is closed and is leased to/,
  },
  {
    what: 'memory that a trial has not taken yet is given to the next',
    file: 'throttle/room.ts',
    find: 'predicted: resources.gpuMemoryBytes ?? 0,',
    put: 'predicted: gpuMeasuredBytes ?? 0,',
    seenAs: /P4: GPU-\d of host\d is given more than it has/,
  },
  {
    what: 'a trial that was taken back is not queued again',
    file: 'ledger/attempts.ts',
    find: '  if (isCurrent(trial, attempt)) setStatus(state, trial, waitingOrElsewhere(state, trial));\n',
    put: '',
    seenAs: /and is leased|never succeeded/,
  },
  {
    what: 'a ledger that was put back does not go on after the term that its hosts know',
    file: 'coordinator/transition/transition.ts',
    find: 'if (term >= state.ledger.term)',
    put: 'if (term < 0)',
    seenAs: /never succeeded|should have failed and is (queued|leased)|is given up after/,
  },
  {
    what: 'a checkpoint that could not come counts as there',
    file: 'coordinator/core/checkpoints.ts',
    find: '  if (problem === null) {\n    carried',
    put: '  if (to !== null) {\n    carried',
    seenAs: /is to go on from .*, which has nothing of it/,
  },
  {
    what: 'a trial waits on for a checkpoint whose way was cut',
    file: 'coordinator/core/checkpoints.ts',
    find: "if (place.kind === 'on-its-way' && (place.from === host || to === host)) carried.delete(to);",
    put: "if (place.kind === 'left' && to === host) carried.delete(to);",
    seenAs: /never succeeded: queued|should have failed and is queued/,
  },
  {
    what: 'a host may speak of what was leased to another',
    file: 'coordinator/core/speaks-for.ts',
    find: 'if (leasedTo === name) return true;',
    put: "if (leasedTo !== '') return true;",
    seenAs: /P[13]: |never ran to its end|should have diverged and has succeeded/,
  },
  {
    what: 'an attempt that a host has made up is adopted',
    file: 'coordinator/core/attempt-seal.ts',
    find: 'if (parts.length < 3) return seal === null || !seal.isWhole;',
    put: 'if (parts.length < 9) return true;',
    seenAs: /is adopted from .*, and was never leased to it/,
  },
  {
    what: 'a ceiling is forgotten at the reboot that should have taught it',
    file: 'worker/core/bearing.ts',
    find: 'const learned = learn(before, moments, at);',
    put: 'const learned = before;',
    seenAs: /went down under \d+ W, and has learned nothing/,
  },
  {
    what: 'a process is let go on that the agent has never stopped',
    file: 'worker/core/restart.ts',
    find: "else if (hasStoodStill) signal(turn, held, 'CONT');",
    put: "else signal(turn, held, 'CONT');",
    seenAs: /is let go on, which nobody had stopped/,
  },
  {
    what: 'a trial without a checkpoint is evicted for heat',
    file: 'throttle/relief.ts',
    find: 'if (suspended !== null && hasCheckpoint && !isEnding && now - suspended.since >= longestMs)',
    put: 'if (suspended !== null && !isEnding)',
    seenAs: /gave way to strain, and has nothing to go on from/,
  },
  {
    what: 'a trial without a checkpoint is evicted where somebody comes to a GPU that nobody owns',
    file: 'throttle/relief.ts',
    find: 'if (isKept || hasCheckpoint)',
    put: "if (isKept || attempt !== '')",
    seenAs: /gave way to others, and has nothing to go on from/,
  },
  {
    what: 'a host that somebody keeps free takes trials all the same',
    file: 'throttle/rules.ts',
    find: 'figures?.hold == null ? null',
    put: 'figures === null || figures.hold !== undefined ? null',
    seenAs: /starts on host\d, which somebody keeps free/,
  },
];
