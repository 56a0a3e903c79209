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
 * second to end finds the part gone at any step, and the file there. One that went on from an earlier part is checked
 * against the sum, which finds a tail that a power loss took.
 */
export const putScript = `{
printf '${filesMarker.trimEnd()}\\n'
LC_ALL=C; export LC_ALL
cd && umask 077 && IFS= read -r path && IFS= read -r part && read -r mode && read -r size && read -r sha || exit 1
mkdir -p -- "$(dirname -- "$path")" || exit 1
had=$(stat -c %s -- "$part" 2>/dev/null) || had=0
[ "$had" -le "$size" ] || { had=0; : >"$part"; }
command -v sha256sum >/dev/null || had=0
had=$((had / ${block}))
printf '%s\\n' "$((had * ${block}))"
dd bs=${block} seek="$had" of="$part" conv=notrunc,fsync status=none || exit 1
if got=$(stat -c %s -- "$part" 2>/dev/null); then
  [ "$got" = "$size" ] || exit 75
  if [ "$had" != 0 ] && [ "$(sha256sum 2>/dev/null <"$part")" != "$sha  -" ] && [ -e "$part" ]; then
    rm -f -- "$part"
    exit ${corruptCode}
  fi
  chmod "$mode" "$part" 2>/dev/null && mv -fT -- "$part" "$path" && exit 0
fi
[ "$(stat -c %s -- "$path")" = "$size" ]
exit
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
