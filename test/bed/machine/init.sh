#!/bin/bash
# The first process of a host: starts sshd, reaps orphans (bash does), and shuts down in order on TERM.
mkdir -p /run/sshd
chmod 755 /run/sshd
sshd=$(command -v sshd || echo /usr/sbin/sshd)
"$sshd" -t || exit
"$sshd" -D -E /var/log/sshd.log &

shut_down() {
  trap '' TERM
  kill -TERM -1
  for _ in {1..100}; do
    # Not by `kill -0 -1`: of many processes it tells of the last one only.
    running=(/proc/[0-9]*)
    [ "${#running[@]}" -gt 1 ] || exit 0
    sleep 0.02
  done
  kill -KILL -1
  exit 0
}
trap shut_down TERM

# What can be seen of systemd-logind with KillUserProcesses=yes: who has no session left has no process left, but for
# what was started in the user's own manager (systemd-run.sh), where that user lingers (loginctl.sh).
end_who_left() {
  local user pid
  for user in lab mina; do
    if pgrep -f "^sshd(-session)?: $user" >/dev/null; then continue; fi
    for pid in $(pgrep -u "$user"); do
      if [ -e "/var/lib/systemd/linger/$user" ] && grep -qsz '^BED_SCOPE=' "/proc/$pid/environ"; then continue; fi
      kill -KILL "$pid" 2>/dev/null
    done
  done
}

while :; do
  if [ -e /etc/kill-user-processes ]; then
    end_who_left
    sleep 0.2 &
    wait $!
  else
    wait
    sleep 1
  fi
done
