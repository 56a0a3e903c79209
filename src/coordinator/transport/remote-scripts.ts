/**
 * How files go over a channel that is a command with standard input and output, and nothing else: no sftp, which a
 * login shell that prints breaks and some hosts do not have. The command line is `sh`; these constants are what it
 * reads. Each is one compound command, which sh parses whole before it runs it, says a marker, and only then reads
 * lines of data: sh may read ahead on a pipe (dash does), so nothing is sent before the marker is heard. Hosts are
 * Linux: GNU or busybox `stat`, `dd` and `mv`.
 */
export const filesMarker = '#labsweep-files-1\n';

/** Bytes that `dd` seeks and reads by; an offset to go on from is rounded down to it. */
const block = 65_536;

/** The part on the host is not what was sent: it has been removed. */
export const corruptCode = 76;

/**
 * In: path, part's path, mode, size, SHA-256, a line each; then, after the line with the offset has come back, the
 * content from that offset. The part is written in place, so two that send the same content do each other no harm: the
 * first to end gives the part its name, and the second finds that done. By then a third may have begun the part anew, so
 * each looks after the file that it has open, not after whatever has the part's name. One that went on from an earlier
 * part is checked against the sum, which finds a tail that a power loss took; and so is what another has put there.
 */
export const putScript = `{
printf '${filesMarker.trimEnd()}\\n'
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
had=$((had / ${block}))
printf '%s\\n' "$((had * ${block}))"
dd bs=${block} seek="$had" conv=notrunc,fsync status=none >&3 || exit 1
[ "$(stat -Lc %s "$own")" = "$size" ] || exit 75
if [ "$had" != 0 ] && ! is_sent "$own"; then
  ! is_own "$part" || rm -f -- "$part"
  exit ${corruptCode}
fi
chmod "$mode" "$own" || exit 1
if is_own "$part"; then mv -fT -- "$part" "$path" || is_sent "$path" || exit 1; fi
is_own "$path" || is_sent "$path" || exit ${corruptCode}
exit 0
}
`;

/** In: path; out: size, inode and time of change on a line; in: the offset; out: the content from there. */
export const getScript = `{
printf '${filesMarker.trimEnd()}\\n'
cd && IFS= read -r path || exit 1
[ ! -d "$path" ] || { echo 'it is a folder' >&2; exit 1; }
exec 3<"$path" || exit 1
stat -Lc '%s %i %Y' -- "$path" || exit 1
read -r offset || exit 1
tail -c +"$((offset + 1))" <&3
exit
}
`;
