/** What keeps servers up and nights short, each with the text that takes it out: what then changes is what it is worth. */
import type { Patch } from '../../planted-copy.ts';
import type { LabName } from './labs.ts';

export interface Mechanism extends Patch {
  /** Follows `without `. */
  readonly what: string;
  /** In which it shows. */
  readonly lab: LabName;
}

export const mechanisms: readonly Mechanism[] = [
  {
    what: 'ceilings',
    lab: 'usual',
    file: 'throttle/ceiling.ts',
    find: 'if (last === undefined || last.running === 0) return before;',
    put: 'return before;',
  },
  {
    what: 'suspending for heat and power',
    lab: 'usual',
    file: 'throttle/relief.ts',
    find: '  let isRelieved = false;\n',
    put: '  return;\n',
  },
  {
    what: 'evicting for memory',
    lab: 'leaks',
    file: 'throttle/relief.ts',
    find: '    ...freeGpus(host),\n    ...freeMemory(host),\n',
    put: '',
  },
  {
    what: 'making way for who comes to a GPU',
    lab: 'usual',
    file: 'throttle/relief.ts',
    find: '    ...giveWay(host, now),\n',
    put: '',
  },
  {
    what: 'keeping off GPUs on which others compute',
    lab: 'guests',
    file: 'throttle/device-rules.ts',
    find: '  if (!computesBeside(gpu, host)) return null;\n',
    put: '  return null;\n',
  },
  {
    what: 'sharing GPUs',
    lab: 'usual',
    file: 'throttle/sharing.ts',
    find: 'taken + busy <= mostWanted &&',
    put: 'false &&',
  },
  {
    what: 'learning memory',
    lab: 'tight',
    file: 'predict/memory.ts',
    find: '  const own = memories.get(gpuName);\n',
    put: '  return kind.declaredBytes;\n',
  },
  {
    what: 'learning time',
    lab: 'usual',
    file: 'predict/duration.ts',
    find: 'if (effects === undefined) return null;',
    put: 'return null;',
  },
  {
    what: 'learning which hosts are slow',
    lab: 'usual',
    file: 'predict/duration.ts',
    find: 'return effects === undefined ? 1 : Math.exp(',
    put: 'return true ? 1 : Math.exp(',
  },
  {
    what: 'telling hosts what was learned since',
    lab: 'usual',
    file: 'coordinator/core/expectations.ts',
    find: 'if (state.awakeMs - state.toldExpectationsAtMs < everyMs) return;',
    put: 'return;',
  },
  {
    what: 'starting the longest first',
    lab: 'usual',
    file: 'worker/core/queue.ts',
    find: 'waiting.sort((one, other) => other.seconds - one.seconds)',
    put: 'waiting',
  },
  {
    what: 'evening out',
    lab: 'usual',
    file: 'coordinator/scheduler/even-out.ts',
    find: 'if (!mayReceive) return asked;',
    put: 'return asked;',
  },
];
