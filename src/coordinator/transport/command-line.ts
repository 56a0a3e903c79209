import { TransportError } from './transport.ts';

const constant = /^[A-Za-z0-9_./-]+$/;

/**
 * Words as one command line. sshd hands it to the login shell, whichever that is (sh, tcsh, fish), so only characters
 * that mean themselves in all of them may be in it (P9).
 *
 * @throws TransportError for any other word: it belongs on standard input
 */
export function commandLine(argv: readonly string[]): string {
  const odd = argv.find((word) => !constant.test(word));
  if (odd === undefined && argv.length > 0) return argv.join(' ');
  throw new TransportError(
    'command',
    `${JSON.stringify(odd ?? '')} cannot be in a command line on a host: only letters, digits and _ . / - may`,
    { lasting: true },
  );
}
