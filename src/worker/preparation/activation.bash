# Behind this trials start where there is something to activate. Arguments are kept from the lines, since a sourced file
# would take them for its own; and a folder that the lines or the login files went to is left again.
labsweep_folder=$PWD
labsweep_argv=("$@")
set --

# `set -e` would hold for the scripts that the lines source as well, and conda's and the module systems' are not written
# for it. Instead each command is looked at when it has ended. It has failed unless its status is 0, or is that of a
# condition: of `[ -f x ] && source x`, or of a function or a sourced file that ends with one. The last command decides
# for the whole, as in any script.
#
# - ERR is not called where a condition of the lines themselves decides, and is called for `f` where f ends with one
# - DEBUG, which `set -T` carries into functions and sourced files, tells the command that decided: the last one of the
#   lines, or the last one anywhere. It is called before an ERR trap as well, and then knows only what has failed
labsweep_own='' labsweep_last='' labsweep_depth=1 labsweep_err='' labsweep_hook=''
labsweep_fail() {
  trap - DEBUG ERR
  # shellcheck disable=SC2016 # for people
  printf '\nlabsweep: `activate`%s fails at line %s (%s) with exit code %s\n' "$2" "$3" "$4" "$1" >&2
  exit "$1"
}
labsweep_is_question() {
  case $1 in
    return | '[ '* | '[[ '* | 'test '* | '(('* | 'command -v '* | 'type '* | 'which '* | 'hash '* | 'grep '*) return 0 ;;
    'module is-'*) return 0 ;;
  esac
  return 1
}
labsweep_is_condition() {
  if [ -z "$labsweep_err" ]; then labsweep_is_question "$labsweep_own"; return; fi
  [ "$labsweep_depth" -gt 1 ] && labsweep_is_question "$labsweep_last"
}
labsweep_next() {
  [ "$1" -eq 0 ] || labsweep_is_condition || labsweep_fail "$@"
  labsweep_err=
}
labsweep_end() { [ "$1" -eq 0 ] || labsweep_fail "$@"; labsweep_err=; }
labsweep_hooked() { [ "$1" -eq 0 ] || [ -n "$labsweep_hook" ] || labsweep_fail "$@"; labsweep_err=; }
labsweep_failed() {
  labsweep_last=$labsweep_before labsweep_depth=$labsweep_outer
  [ "${#BASH_SOURCE[@]}" -gt 2 ] || labsweep_err=yes
}
labsweep_note() {
  labsweep_before=$labsweep_last labsweep_outer=$labsweep_depth
  labsweep_last=$1 labsweep_depth=$2
  [ "$2" -gt 1 ] || labsweep_own=$1
}
set -T
trap 'case ${FUNCNAME[0]:-}$BASH_COMMAND in labsweep_*) ;; *) labsweep_note "$BASH_COMMAND" "${#BASH_SOURCE[@]}" ;; esac' DEBUG
trap labsweep_failed ERR
# Here stand the lines.
trap - DEBUG ERR

# The virtual environment comes before what they put on the PATH, and a trial keeps to its own GPU.
if [ -n "${LABSWEEP_PYTHON:-}" ]; then
  unset PYTHONHOME
  export VIRTUAL_ENV="$LABSWEEP_PYTHON" PATH="$LABSWEEP_PYTHON/bin:$PATH"
fi
if [ -n "${LABSWEEP_GPU+set}" ]; then
  export CUDA_DEVICE_ORDER=PCI_BUS_ID CUDA_VISIBLE_DEVICES="$LABSWEEP_GPU"
fi
cd "${LABSWEEP_FOLDER:-$labsweep_folder}" || exit
set -- "${labsweep_argv[@]}"
exec "$@"
