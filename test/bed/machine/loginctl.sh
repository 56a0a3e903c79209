#!/bin/bash
# Stands in for loginctl(1) on a host that ends what a login leaves behind: there is no systemd in a bed. It answers what
# a user may ask and set for itself without root; what follows from it is init.sh's.
case "$*" in
  'show-session -p KillUserProcesses') echo KillUserProcesses=yes ;;
  'show-user '*' -p Linger') [ -e "/var/lib/systemd/linger/$2" ] && echo Linger=yes || echo Linger=no ;;
  enable-linger | "enable-linger $(id -un)") : >"/var/lib/systemd/linger/$(id -un)" ;;
  *)
    echo "the stand-in of loginctl does not know: $*" >&2
    exit 1
    ;;
esac
