#!/bin/bash
# The first process of a host: starts sshd, reaps orphans (bash does), and shuts down in order on TERM.
mkdir -p /run/sshd
chmod 755 /run/sshd
"$(command -v sshd || echo /usr/sbin/sshd)" -D -E /var/log/sshd.log &

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

# What systemd-logind does with KillUserProcesses=yes: who has no session left has no process left.
end_who_left() {
  for user in lab mina; do
    if pgrep -u "$user" >/dev/null && ! pgrep -f "^sshd(-session)?: $user" >/dev/null; then pkill -KILL -u "$user"; fi
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
