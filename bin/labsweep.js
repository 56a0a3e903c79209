#!/usr/bin/env node
// Plain JavaScript that an old Node can parse: it goes on with the Node that came along with the package
// (optional dependency node-OS-ARCH), or says in one line what is missing.
import { spawn } from 'node:child_process';
import * as modules from 'node:module';
import { dirname, join } from 'node:path';

const needed = 24;
if (Number(process.versions.node.split('.')[0]) >= needed) {
  // Before the first of our own modules is loaded: it takes a quarter off the start.
  modules.enableCompileCache();
  await import('../dist/cli.js');
} else {
  const bundled = `node-${process.platform}-${process.arch}`;
  let node;
  try {
    const manifest = modules.createRequire(import.meta.url).resolve(`${bundled}/package.json`);
    node = join(dirname(manifest), 'bin', 'node');
  } catch {
    console.error(
      `labsweep needs Node ${needed} or later and this is ${process.version}: npm install ${bundled}@${needed}`,
    );
    process.exit(2);
  }
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  // Ctrl-C reaches the child by the terminal; the parent only waits for its word.
  let hungUp = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      hungUp = hungUp || signal === 'SIGHUP';
      if (signal !== 'SIGINT') child.kill(signal);
    });
  child.on('exit', (code, signal) => {
    // A Node before 24 that ends by itself crashes where its terminal has gone, and leaves a core behind.
    if (hungUp) {
      process.removeAllListeners('SIGHUP');
      process.kill(process.pid, 'SIGHUP');
    } else process.exit(code ?? (signal === 'SIGINT' ? 130 : 1));
  });
}
