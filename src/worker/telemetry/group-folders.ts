/**
 * Where the control groups of a process lie as folders: its own and all above it, of each controller, wherever that is
 * mounted (cgroups(7), proc_pid_mountinfo(5)). Pure.
 */

/** Own group first; none where the controller is not mounted. */
export interface GroupFolders {
  readonly memory: readonly string[];
  readonly cpu: readonly string[];
  /** Of version 2, which has all controllers in one tree. */
  readonly unified: readonly string[];
}

interface Mount {
  /** The group that is mounted. */
  readonly root: string;
  readonly at: string;
  /** Of version 1; null: version 2. */
  readonly controllers: readonly string[] | null;
}

/**
 * @param cgroup text of /proc/self/cgroup
 * @param mountinfo text of /proc/self/mountinfo
 */
export function groupFolders(cgroup: string, mountinfo: string): GroupFolders {
  const mounts = mountinfo.split('\n').flatMap(mountOf);
  const foldersOf = (controller: string | null): readonly string[] => {
    const group = groupIn(cgroup, controller);
    const fitting = mounts.filter(({ controllers }) =>
      controller === null ? controllers === null : controllers?.includes(controller),
    );
    return group === null ? [] : foldersIn(fitting, group);
  };
  return { memory: foldersOf('memory'), cpu: foldersOf('cpu'), unified: foldersOf(null) };
}

/** A line is `hierarchy:controllers:/group`; version 2 is `0::/group`. */
function groupIn(cgroup: string, controller: string | null): string | null {
  for (const line of cgroup.split('\n')) {
    const [, controllers, group] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || group === undefined) continue;
    if (controller === null ? controllers === '' : controllers.split(',').includes(controller)) return group;
  }
  return null;
}

function mountOf(line: string): Mount[] {
  const [place = '', kind = ''] = line.split(' - ');
  const [, , , root, at] = place.split(' ');
  const [type, , options = ''] = kind.split(' ');
  if (root === undefined || at === undefined || (type !== 'cgroup' && type !== 'cgroup2')) return [];
  const controllers = type === 'cgroup2' ? null : options.split(',');
  return [{ root: plain(root), at: plain(at), controllers }];
}

/** Spaces and the like are octal there. */
const plain = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** By the mount that shows most of what is above the group. */
function foldersIn(mounts: readonly Mount[], group: string): readonly string[] {
  const showing = mounts.filter(({ root }) => isBelow(group, root));
  const [widest] = [...showing].sort((one, other) => one.root.length - other.root.length);
  if (widest !== undefined) return upwards(widest.at, group.slice(withoutSlash(widest.root).length));
  // Mounted outside the namespace of the process: its own group has no name there, but what is mounted lies above it.
  const above = mounts.find(({ root }) => root.startsWith('/..'));
  return above === undefined ? [] : [above.at];
}

const withoutSlash = (root: string): string => (root === '/' ? '' : root);

const isBelow = (group: string, root: string): boolean =>
  root === '/' || group === root || group.startsWith(`${root}/`);

function upwards(mount: string, below: string): readonly string[] {
  const names = below.split('/').filter((name) => name !== '');
  return Array.from({ length: names.length + 1 }, (_, depth) =>
    [mount, ...names.slice(0, names.length - depth)].join('/'),
  );
}
