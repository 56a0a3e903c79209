import type { HostLoad } from './host-load.ts';

/** So far above the mark at which nothing starts any more a trial is suspended. */
const aboveCelsius = 3;

/** From here on nothing starts: one that did would soon be suspended. */
export const startCelsius = (host: Pick<HostLoad, 'limits' | 'ceiling'>): number =>
  criticalCelsius(host) - aboveCelsius;

/** The heat at which a GPU's trials are suspended: the mark's own, or what the host is known to bear (P5). */
export const criticalCelsius = ({ limits, ceiling }: Pick<HostLoad, 'limits' | 'ceiling'>): number =>
  Math.min(limits.temperatureCelsius.hold + aboveCelsius, ceiling.celsius ?? Number.POSITIVE_INFINITY);
