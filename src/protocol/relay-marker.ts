/** The relay's first line. What came before it was printed by the login shell's own files and is noise. */
export const relayMarker = '#labsweep-relay-1\n';
