# Which processes of this user are labsweep's, in the folder $folder:
#
# - agents: those that have the folder in their command line, an agent.json or none
# - marked: those with a path in its `host` in their environment, as every trial and setup begins
# - placed: those that work in a trial's or setup's folder, or write to its log, and have no terminal: a program may
#   have cleared its environment and left its session. A person who looks at a log has a terminal, and is left alone.
# - all that descends from these: nvidia-smi, the launcher, steps of a preparation
#
# Never this script, who runs it, and what it runs itself.

pids_of() { sed 's|^[^/]*/proc/\([0-9]*\)/.*|\1|' | sort -un | while read -r pid; do ! is_mine "/proc/$pid" || echo "$pid"; done; }
pattern_of() { printf %s "$1" | sed 's/[][\.*^$]/\\&/g'; }

# agents [COMMAND]: of those, what does one of an agent's commands.
agents() {
  for pid in $(grep -lzsxF -e "$folder" /proc/[0-9]*/cmdline | pids_of); do
    words=$(tr '\0' '\n' 2>/dev/null <"/proc/$pid/cmdline")
    for command in ${1:-serve start relay holds}; do
      case $words in *"
$command
--folder
$folder"*) echo "$pid" ;; esac
    done
  done
}
trials() { grep -lzs "^LABSWEEP_CHECKPOINT=$(pattern_of "$folder")/host/" /proc/[0-9]*/environ | pids_of; }
marked() { grep -lzs "^LABSWEEP_[A-Z]*=$(pattern_of "$folder")/host/" /proc/[0-9]*/environ | pids_of; }
has_no_terminal() { [ "$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f5)" = 0 ]; }
placed() {
  # In a folder of others, host is theirs.
  [ "$belongs" != others ] || return
  # shellcheck disable=SC2010 # find of busybox need not know -lname
  for pid in $(ls -ld /proc/[0-9]*/cwd /proc/[0-9]*/fd/1 /proc/[0-9]*/fd/2 2>/dev/null | grep -F " -> $folder/host/" | pids_of); do
    ! has_no_terminal "$pid" || echo "$pid"
  done
}

# family PID...: these and what descends from them, or is in a session of theirs.
family() {
  cat /proc/[0-9]*/stat 2>/dev/null | sed 's/(.*)/-/' | awk -v self="$$" -v these="$*" '
    { parent[$1] = $4; session[$1] = $6; state[$1] = $3 }
    END {
      count = split(these, given, " ")
      for (at = 1; at <= count; at++) member[given[at]] = 1
      do {
        grown = 0
        for (pid in parent)
          if (!(pid in member) && (parent[pid] in member || session[pid] in member)) { member[pid] = 1; grown = 1 }
      } while (grown)
      for (pid = self; pid > 1 && pid in parent; pid = parent[pid]) delete member[pid]
      for (pid in parent) if (parent[pid] == self) delete member[pid]
      for (pid in member) if (pid in parent && state[pid] != "Z") print pid
    }'
}
# shellcheck disable=SC2046 # a word each
everything() { family $(agents) $(marked) $(placed); }

# end_everything: true when two looks in a row have found nothing; what begins meanwhile is found by the next.
end_everything() {
  quiet=0 looks=0 found=$(everything)
  # An agent that is asked to end takes its claims back and says goodbye.
  for pid in $(agents); do kill -TERM "$pid" 2>/dev/null; done
  for _ in 1 2 3 4 5 6 7 8 9 10; do [ -z "$(agents)" ] || sleep 0.1; done
  while [ $quiet -lt 2 ] && [ $looks -lt 50 ]; do
    found=$(everything)
    # shellcheck disable=SC2086 # a word each
    if [ -z "$found" ]; then quiet=$((quiet + 1)); else quiet=0; kill -KILL $found 2>/dev/null; fi
    looks=$((looks + 1))
    [ $quiet = 2 ] || sleep 0.1
  done
  [ $quiet = 2 ]
}
