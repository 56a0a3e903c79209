import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    maxWorkers: 2,
    // Agents ask the login shell for its environment; what a developer's own does is none of a test's business.
    env: { SHELL: '/bin/sh' },
  },
});
