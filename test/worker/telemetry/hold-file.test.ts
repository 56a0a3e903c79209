import { execFileSync } from 'node:child_process';
import { chmodSync, lchownSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readHold } from '../../../src/worker/telemetry/hold-file.ts';
import { weekMinuteOf } from '../../../src/worker/telemetry/host-figures.ts';

let folder: string;
let file: string;
const hour = 3_600_000;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'labsweep-hold-'));
  chmodSync(folder, 0o1777);
  file = join(folder, 'hold');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the file that empties a host', () => {
  it('says who touched it, and since when, whatever time it claims', () => {
    expect(readHold(file, hour)).toBeNull();
    writeFileSync(file, '');
    utimesSync(file, 1, 1);
    const held = readHold(file, hour);
    expect(held?.uid).toBe(process.getuid?.());
    expect(held?.ms).toBeLessThan(60_000);
  });

  it('of before the last boot counts for nothing', async () => {
    writeFileSync(file, '');
    await expect.poll(() => readHold(file, 20)).toBeNull();
    expect(readHold(file, hour)).not.toBeNull();
  });

  it.runIf(process.getuid?.() === 0)(
    'is its maker’s, wherever it leads, and no other account’s to remove',
    () => {
      symlinkSync('/nowhere', file);
      lchownSync(file, 64_001, 64_001);
      expect(readHold(file, hour)).toMatchObject({ uid: 64_001 });
      const as = (uid: number): void =>
        void execFileSync('setpriv', [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', 'rm', file], {
          stdio: 'ignore',
        });
      expect(() => as(64_002)).toThrow();
      as(64_001);
      expect(readHold(file, hour)).toBeNull();
    },
  );
});

describe('the minute of the week', () => {
  it('is by the clock of the host, in its own time zone, and counts from Monday', () => {
    expect(weekMinuteOf(new Date(2026, 10, 30, 0, 0))).toBe(0);
    expect(weekMinuteOf(new Date(2026, 10, 30, 8, 30))).toBe(510);
    expect(weekMinuteOf(new Date(2026, 10, 29, 23, 59))).toBe(7 * 24 * 60 - 1);
    const minuteIn = (zone: string): string =>
      execFileSync(
        process.execPath,
        [
          '--input-type=module',
          '-e',
          `import { weekMinuteOf } from ${JSON.stringify(join(import.meta.dirname, '../../../src/worker/telemetry/host-figures.ts'))};
           process.stdout.write(['2026-03-29T00:59Z', '2026-03-29T01:00Z'].map((at) => weekMinuteOf(new Date(at))).join(' '))`,
        ],
        { env: { ...process.env, TZ: zone }, encoding: 'utf8' },
      );
    const sunday = 6 * 24 * 60;
    // In Berlin it is 3:00 a minute after 1:59 on that day.
    expect(minuteIn('Europe/Berlin')).toBe(`${sunday + 119} ${sunday + 180}`);
    expect(minuteIn('UTC')).toBe(`${sunday + 59} ${sunday + 60}`);
  });
});
