import { describe, expect, it } from 'vitest';
import { withRemedy } from '../../../src/coordinator/fleet/no-room.ts';

describe('a problem of a host', () => {
  it.each([
    "cannot write /h/agent/a.mjs on oak: dd: error writing '/h/agent/a.mjs.part': No space left on device",
    'ENOSPC: no space left on device, write',
    'gzip: stdout: No space left on device',
  ])('is its full disk, with what helps: %s', (words) => {
    expect(withRemedy(words, '/h', 3 * 1024)).toBe(
      'its disk has no room left in /h (3 MiB were free when it was entered); make room there, or give the host another "folder" in inventory.json',
    );
  });

  it.each([
    "mkdir: cannot create directory '/h/content': Disk quota exceeded",
    'EDQUOT: disk quota exceeded, write',
  ])('is its quota: %s', (words) => {
    expect(withRemedy(words, '/h', null)).toMatch(
      /^its quota leaves no room in \/h; make room there, or give/,
    );
  });

  it('is told as it is where it is another', () => {
    expect(withRemedy('the connection was cut', '/h', null)).toBe('the connection was cut');
  });
});
