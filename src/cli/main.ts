import { processConsole } from './console.ts';
import { errorText } from '../session/text/error-text.ts';
import { exitCode } from './exit.ts';
import { runCommand } from './program.ts';

const args = process.argv.slice(2);
const console = processConsole();
// Who read has gone, as in `labsweep list | head`: nobody is left to say anything to. Trials go on where they are.
// A terminal that has gone (EIO) sends SIGHUP as well, by which the command ends in order.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCode.done);
    if (error.code !== 'EIO') throw error;
  });
process.on('uncaughtException', (error) => {
  console.tell(`labsweep ends by a fault of its own: ${errorText(error, args.includes('--debug'))}\n`);
  process.exit(exitCode.failedInPart);
});
process.exitCode = await runCommand(args, console);
// At an end by itself Node stops listening for signals first, and a second Ctrl-C would end it by the signal.
if (process.exitCode === exitCode.interrupted) process.exit();
// A connection to a host that does not answer any more is not waited for.
setTimeout(() => process.exit(), 2_000).unref();
