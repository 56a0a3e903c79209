import { enableCompileCache } from 'node:module';
import { processConsole } from './console.ts';
import { runCommand } from './program.ts';

enableCompileCache();
process.exitCode = await runCommand(process.argv.slice(2), processConsole());
