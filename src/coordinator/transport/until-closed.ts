import { type Transport, TransportError } from './transport.ts';

/** The same way to a host, closed for good by `close`: what is under way with several steps does not connect again. */
export function untilClosed(transport: Transport): Transport {
  let isClosed = false;
  const unlessClosed = <T>(act: () => Promise<T>): Promise<T> =>
    isClosed ? Promise.reject(new TransportError('cut', 'the connection was closed')) : act();
  return {
    exec: (argv, stdin) => unlessClosed(() => transport.exec(argv, stdin)),
    put: (localPath, hostPath, onProgress) =>
      unlessClosed(() => transport.put(localPath, hostPath, onProgress)),
    get: (hostPath, localPath, onProgress) =>
      unlessClosed(() => transport.get(hostPath, localPath, onProgress)),
    attach: (agent) => unlessClosed(() => transport.attach(agent)),
    close: () => {
      isClosed = true;
      return transport.close();
    },
  };
}
