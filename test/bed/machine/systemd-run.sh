#!/bin/bash
# Stands in for systemd-run(1) with --user --scope on a host that ends what a login leaves behind: what it starts is
# known by its environment, where systemd knows it by its cgroup. init.sh leaves that alone as long as its user's own
# manager would live.
[ "$1 $2" = '--user --scope' ] || { echo "the stand-in of systemd-run does not know: $*" >&2; exit 1; }
[ -n "${XDG_RUNTIME_DIR:-}" ] || { echo 'Failed to connect to bus: No medium found' >&2; exit 1; }
while [ "$1" != -- ]; do shift; done
shift
exec env BED_SCOPE=user-manager "$@"
