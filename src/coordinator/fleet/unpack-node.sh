# Makes node of node.gz in a folder.
: "${folder?}"
sum() { sha256sum 2>/dev/null <"$1" | cut -c1-64; }
boot() { cat /proc/sys/kernel/random/boot_id 2>/dev/null || echo unknown; }
unpack() {
  cd "$folder" && part=$(mktemp node.XXXXXX) || return
  # By its sum a later boot tells whether all of it reached the disk: of a part, some run as well.
  gzip -dc node.gz >"$part" && chmod 700 "$part" && sum "$part" >node.sum && boot >node.boot &&
    mv -f "$part" node && rm -f node.gz && return
  rm -f "$part"
  # Where another process of ours, for a second ledger or a check, was as far and faster, its Node is there.
  [ -x node ]
}
unpack </dev/null
