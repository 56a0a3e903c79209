import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { compressedNode, nodeFor } from '../../../src/coordinator/fleet/node-binary.ts';

describe('the Node for a host', () => {
  const on = (arch: string, glibc: string, os = 'Linux') => nodeFor({ os, arch, glibc });

  it('is the current one where its C library is new enough', () => {
    expect(on('x86_64', 'glibc 2.36')).toMatchObject({
      version: expect.stringMatching(/^24\./),
      arch: 'x64',
    });
    expect(on('aarch64', 'glibc 2.28')).toMatchObject({
      version: expect.stringMatching(/^24\./),
      arch: 'arm64',
    });
  });

  it('is the last 16 on an older system', () => {
    expect(on('x86_64', 'glibc 2.27')).toMatchObject({ version: '16.20.2' });
    expect(on('x86_64', 'glibc 2.17')).toMatchObject({ version: '16.20.2' });
  });

  it.each([
    ['x86_64', 'glibc 2.16', 'Linux', /older than 2\.17/],
    ['x86_64', '', 'Linux', /not glibc/],
    ['riscv64', 'glibc 2.36', 'Linux', /no Node to put on Linux riscv64/],
    ['arm64', '', 'Darwin', /no Node to put on Darwin/],
  ])('is none for %s with %s on %s, and why is said', (arch, glibc, os, words) => {
    expect(on(arch, glibc, os)).toMatch(words);
  });
});

describe('a Node that goes to hosts', () => {
  const cache = mkdtempSync(join(tmpdir(), 'labsweep-cache-'));
  afterEach(() => rmSync(cache, { recursive: true, force: true }));

  it('is packed once for all that want it', async () => {
    vi.stubEnv('XDG_CACHE_HOME', cache);
    const own = { version: process.versions.node, arch: process.arch, machine: 'x86_64' };
    const [one, other] = await Promise.all([compressedNode(own), compressedNode(own)]);
    expect(one).toBe(other);
    expect(gunzipSync(readFileSync(one)).length).toBe(statSync(process.execPath).size);
    vi.unstubAllEnvs();
  });
});
