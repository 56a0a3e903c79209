/** Hosts that do not stop to speak: a login file in a loop, a full `yes`, or somebody who means harm. */
import type { Readable } from 'node:stream';
import { TransportError } from './transport.ts';

/** No command of ours has more to say, whatever login files print before: the longest is a probe, of 30 lines. */
const mostOutputChars = 4 * 1024 ** 2;

export const endless = (host: string, what: string): TransportError =>
  new TransportError('endless', `${host} says more than ${what} can be`, { lasting: true });

/** What a stream says, as text that grows. `tooMuch` is called once, and nothing is kept from then on. */
export function collected(stream: Readable, tooMuch: () => void): { readonly text: string } {
  const output = { text: '' };
  let isFull = false;
  stream.setEncoding('utf8').on('data', (text: string) => {
    if (isFull) return;
    output.text += text;
    if (output.text.length <= mostOutputChars) return;
    isFull = true;
    tooMuch();
  });
  return output;
}
