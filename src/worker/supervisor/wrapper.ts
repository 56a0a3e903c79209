/**
 * The constant script under which every trial runs. Arguments: the file of the exit record, then the program's argv.
 *
 * - A trapped signal, unlike an ignored one, is not inherited by the program (POSIX sh, 2.14 trap): SIGTERM to the
 *   session ends the program while the wrapper lives on to record its status.
 * - Who needs memory most is killed first, so a raised score has the kernel take a trial and not somebody's login.
 * - `1<>` writes in place without truncating: the record's block is there even when the disk is full.
 */
export const wrapper = `trap : TERM INT HUP
record=$1
shift
{ echo 500 >/proc/self/oom_score_adj; } 2>/dev/null
"$@"
echo $? 1<>"$record"
`;
