import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { uidOf } from '../../../src/worker/telemetry/process-stat.ts';

const isHere = process.getuid?.() === 0 && process.platform === 'linux';
const source = join(import.meta.dirname, '../../../src/worker/telemetry/process-stat.ts');

describe.runIf(isHere)('whose a process is', () => {
  it('is told of every process that can be seen, and of none that the host hides', () => {
    const asAnother = (mounts: string): string =>
      execFileSync(
        'unshare',
        [
          '-m',
          'sh',
          '-c',
          `${mounts} exec setpriv --reuid 64002 --regid 64002 --clear-groups "$@"`,
          'sh',
          process.execPath,
          '--input-type=module',
          '-e',
          `import { uidOf } from ${JSON.stringify(source)};
           process.stdout.write(JSON.stringify([uidOf(${process.pid}), uidOf(process.pid)]))`,
        ],
        { encoding: 'utf8' },
      );
    expect(asAnother('')).toBe('[0,64002]');
    expect(asAnother('mount -t proc -o hidepid=2 proc /proc &&')).toBe('[null,64002]');
    expect(uidOf(2 ** 22 + 1)).toBeNull();
  });
});
