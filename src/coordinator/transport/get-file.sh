# In: path; out: size, inode and time of change on a line; in: the offset; out: the content from there.
{
printf '#labsweep-files-1\n'
cd && IFS= read -r path || exit 1
[ ! -d "$path" ] || { echo 'it is a folder' >&2; exit 1; }
exec 3<"$path" || exit 1
stat -Lc '%s %i %Y' -- "$path" || exit 1
read -r offset || exit 1
tail -c +"$((offset + 1))" <&3
exit
}
