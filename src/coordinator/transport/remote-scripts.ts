import { scriptText } from '../../script-text.ts';

/**
 * How files go over a channel that is a command with standard input and output, and nothing else: no sftp, which a
 * login shell that prints breaks and some hosts do not have. The command line is `sh`; these scripts are what it
 * reads. Each is one compound command, which sh parses whole before it runs it, says a marker, and only then reads
 * lines of data: sh may read ahead on a pipe (dash does), so nothing is sent before the marker is heard. Hosts are
 * Linux: GNU or busybox `stat`, `dd` and `mv`.
 */
export const filesMarker = '#labsweep-files-1\n';

/** The part on the host is not what was sent: it has been removed. */
export const corruptCode = 76;

export const putScript = scriptText('put-file.sh', import.meta.url);

export const getScript = scriptText('get-file.sh', import.meta.url);
