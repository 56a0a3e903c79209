# leave_behind: says $left (left-behind.ts), and the command in front of what is to outlive the login, $keep. Delegated, a
# scope goes on when the kernel ends one of its processes for want of memory (OOMPolicy, systemd.scope(5)).

scope='systemd-run --user --scope --quiet -p Delegate=yes --'
leave_behind() {
  left=kept keep=''
  case $(loginctl show-session -p KillUserProcesses 2>/dev/null) in *=yes) left=ended ;; *) return ;; esac
  XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-/run/user/$(id -u)}
  export XDG_RUNTIME_DIR
  $scope true 2>/dev/null || return
  keep=$scope
  case $(loginctl show-user "$(id -un)" -p Linger 2>/dev/null) in *=yes) left=moved ;; esac
}
