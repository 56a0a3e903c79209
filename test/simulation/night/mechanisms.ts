/** What keeps servers up and nights short, each with the text that takes it out: what then changes is what it is worth. */
import type { Patch } from '../../planted-copy.ts';

export interface Mechanism extends Patch {
  /** Follows `without `. */
  readonly what: string;
}

export const mechanisms: readonly Mechanism[] = [
  {
    what: 'ceilings',
    file: 'throttle/ceiling.ts',
    find: 'if (last === undefined || last.running === 0) return before;',
    put: 'return before;',
  },
  {
    what: 'suspending for heat and power',
    file: 'throttle/relief.ts',
    find: '  let isRelieved = false;\n',
    put: '  return;\n',
  },
  {
    what: 'evicting for memory',
    file: 'throttle/relief.ts',
    find: '    ...freeGpus(host),\n    ...freeMemory(host),\n',
    put: '',
  },
  {
    what: 'making way for who comes to a GPU',
    file: 'throttle/relief.ts',
    find: '    ...giveWay(host, now),\n',
    put: '',
  },
  {
    what: 'keeping off GPUs on which others compute',
    file: 'throttle/device-rules.ts',
    find: '  if (!computesBeside(gpu, host)) return null;\n',
    put: '  return null;\n',
  },
  {
    what: 'sharing GPUs',
    file: 'throttle/sharing.ts',
    find: 'taken + busy <= mostWanted &&',
    put: 'false &&',
  },
  {
    what: 'asking whether sharing a GPU pays',
    file: 'throttle/device-rules.ts',
    find: 'return gainsBeside(taken, needs) ? null :',
    put: 'return true ? null :',
  },
  {
    what: 'learning memory',
    file: 'predict/memory.ts',
    find: '  const own = memories.get(gpuName);\n',
    put: '  return kind.declaredBytes;\n',
  },
  {
    what: 'learning time',
    file: 'predict/duration.ts',
    find: 'if (effects === undefined) return null;',
    put: 'return null;',
  },
  {
    what: 'learning which hosts are slow',
    file: 'predict/duration.ts',
    find: 'return effects === undefined ? 1 : Math.exp(',
    put: 'return true ? 1 : Math.exp(',
  },
  {
    what: 'telling hosts what was learned since',
    file: 'coordinator/core/expectations.ts',
    find: 'if (state.awakeMs - state.toldExpectationsAtMs < everyMs) return;',
    put: 'return;',
  },
  {
    what: 'starting the longest first',
    file: 'worker/core/queue.ts',
    find: 'waiting.sort((one, other) => other.seconds - one.seconds)',
    put: 'waiting',
  },
  {
    what: 'evening out',
    file: 'coordinator/scheduler/even-out.ts',
    find: 'if (!mayReceive) return asked;',
    put: 'return asked;',
  },
];
