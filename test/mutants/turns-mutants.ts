import type { Mutant } from './mutant.ts';

/** Who goes first, of accounts, ledgers and sweeps. */
export const turnsMutants: readonly Mutant[] = [
  {
    breaks: 'Turns: a device that is left to an account is kept for it for ever',
    file: 'worker/core/others-turn.ts',
    find: 'if (isWanted && !isTaken && now - since < patienceMs) continue;',
    put: 'if (isWanted && !isTaken) continue;',
    tests: ['worker/core/accounts-in-turn'],
  },
  {
    breaks: 'Turns: who has not come is waited for again at once',
    file: 'worker/core/others-turn.ts',
    find: 'isTaken ? takenMs : passedOverMs',
    put: '0',
    tests: ['worker/core/accounts-in-turn'],
  },
  {
    breaks: 'Turns: a device is left to a trial that does not fit there',
    file: 'worker/core/others-turn.ts',
    find: 'gpu !== undefined && gpuBytes <= (gpuRoom(gpu, host)?.freeBytes ?? 0)',
    put: 'gpu !== undefined',
    tests: ['worker/core/accounts-in-turn'],
  },
  {
    breaks: 'Turns: nobody leaves a device to anybody',
    file: 'worker/core/backlog.ts',
    find: 'if (isLeft(turn, next)) continue;',
    put: '',
    tests: ['worker/core/accounts-in-turn'],
  },
  {
    breaks: 'Turns: what was used is forgotten with the agent',
    file: 'worker/core/use.ts',
    find: 'now - use.keptAt >= keptEveryMs',
    put: 'now < use.keptAt',
    tests: ['worker/core/accounts-in-turn'],
  },
  {
    breaks: 'Turns: who comes after a week is owed the week',
    file: 'throttle/turns.ts',
    find: 'most - mostLeadSeconds)',
    put: '0)',
    tests: ['throttle/turns'],
  },
  {
    breaks: 'Turns: one who waits all the time is forgiven to others what they had meanwhile',
    file: 'throttle/turns.ts',
    find: 'if (!before.wanting.includes(who)) use',
    put: 'use',
    tests: ['throttle/turns'],
  },
  {
    breaks: 'Turns: ledgers of one account are served by how many trials each has started',
    file: 'worker/core/backlog.ts',
    find: 'compareTurns(use.ledgers, one.ledger, other.ledger)',
    put: '0',
    tests: ['worker/core/queue'],
  },
  {
    breaks: 'Turns: an urgent sweep waits behind what was leased before it',
    file: 'worker/core/queue.ts',
    find: '.sort(([one], [other]) => other - one)',
    put: '',
    tests: ['worker/core/queue'],
  },
  {
    breaks: 'Turns: a sweep is leased nothing to a host that has its fill of another',
    file: 'coordinator/scheduler/berth.ts',
    find: 'sweep === name || priorityOf(sweep) > declaration.priority',
    put: 'true',
    tests: ['coordinator/scheduler/priority'],
  },
  {
    breaks: 'Turns: an edited priority does not reach what waits on hosts',
    file: 'coordinator/core/outdated.ts',
    find: '    attempt.priority !== priorityOf(state.ledger, trial) ||\n',
    put: '',
    tests: ['coordinator/scheduler/priority'],
  },
  {
    breaks: 'Turns: a file that was not said again for a while has others wait',
    file: 'worker/claims/claims-file.ts',
    find: 'isFresh && stands(file.agent) ? file.account : null',
    put: 'stands(file.agent) ? file.account : null',
    tests: ['worker/claims/claims'],
  },
];
