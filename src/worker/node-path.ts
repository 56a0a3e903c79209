/**
 * Where the Node of this process lies. Of a file that was put in its place as it began, Linux says "(deleted)" (proc(5),
 * /proc/pid/exe); what lies there now is the same Node.
 */
export const nodePath = process.execPath.replace(/ \(deleted\)$/, '');
