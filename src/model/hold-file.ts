/**
 * Any local user empties a host by touching this file. It lies in /tmp itself: everybody may create it there at any time, and
 * by the sticky bit only who has created it, and root, may remove it.
 */
export const holdFile = '/tmp/labsweep-hold';
