trap : TERM INT HUP
record=$1 mask=$2
shift 2
set -C
{ echo '    ' >"$record"; } 2>/dev/null || exit
exec 9<>"$record"
{ echo 500 >/proc/self/oom_score_adj; } 2>/dev/null
umask "$mask"
"$@" 9>&-
status=$?
umask 077
echo $status >&9
[ -e "$record" ] || { echo $status >"$record"; } 2>/dev/null
