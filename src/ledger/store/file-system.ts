import { statfsSync } from 'node:fs';

export type FileSystemKind = 'local' | 'network';

/**
 * Magic numbers of file systems on which two machines may see one file (statfs(2), linux/magic.h). WAL keeps its
 * index in memory that they would not share (https://www.sqlite.org/wal.html, "Disadvantages").
 */
const networkTypes: ReadonlySet<number> = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xfe534d42, // SMB2
  0xff534d42, // CIFS
  0x65735546, // FUSE: sshfs, and others that cannot be told apart
  0x01021997, // 9P: folders of the other side in WSL and virtual machines
  0x5346414f, // AFS
  0x00c36400, // Ceph
  0x0bd00bd0, // Lustre
  0x47504653, // GPFS
  0x19830326, // BeeGFS
]);

export const kindOfFileSystem = (type: number): FileSystemKind =>
  networkTypes.has(type >>> 0) ? 'network' : 'local';

/** Of the file system that holds `folder`. @throws when there is no such folder */
export const fileSystemOf = (folder: string): FileSystemKind => kindOfFileSystem(statfsSync(folder).type);
