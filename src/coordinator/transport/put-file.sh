# In: path, part's path, mode, size, SHA-256, a line each; then, after the line with the offset has come back, the content
# from that offset. The part is written in place, so two that send the same content do each other no harm: the first to end
# gives the part its name, and the second finds that done. By then a third may have begun the part anew, so each looks after
# the file that it has open, not after whatever has the part's name. One that went on from an earlier part is checked
# against the sum, which finds a tail that a power loss took; and so is what another has put there.
{
printf '#labsweep-files-1\n'
LC_ALL=C; export LC_ALL
cd && umask 077 && IFS= read -r path && IFS= read -r part && read -r mode && read -r size && read -r sha || exit 1
mkdir -p -- "$(dirname -- "$path")" || exit 1
exec 3<>"$part" || exit 1
own=/proc/$$/fd/3
is_own() { [ "$(stat -Lc %d:%i -- "$1" 2>/dev/null)" = "$(stat -Lc %d:%i "$own")" ]; }
is_sent() {
  [ "$(stat -Lc %s -- "$1" 2>/dev/null)" = "$size" ] || return 1
  ! command -v sha256sum >/dev/null || [ "$(sha256sum <"$1")" = "$sha  -" ]
}
had=$(stat -Lc %s "$own")
[ "$had" -le "$size" ] || { had=0; : >"$own"; }
command -v sha256sum >/dev/null || had=0
had=$((had / 65536))
printf '%s\n' "$((had * 65536))"
dd bs=65536 seek="$had" conv=notrunc,fsync status=none >&3 || exit 1
[ "$(stat -Lc %s "$own")" = "$size" ] || exit 75
if [ "$had" != 0 ] && ! is_sent "$own"; then
  ! is_own "$part" || rm -f -- "$part"
  exit 76
fi
chmod "$mode" "$own" || exit 1
if is_own "$part"; then mv -fT -- "$part" "$path" || is_sent "$path" || exit 1; fi
is_own "$path" || is_sent "$path" || exit 76
exit 0
}
