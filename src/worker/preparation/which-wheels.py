# pip knows best which wheels fit: by the same tables it chooses them.
import json, sys
from pip._vendor.packaging import tags

fit = list(tags.sys_tags())
distinct = lambda words: list(dict.fromkeys(words))
print("\n" + json.dumps({
    "python": "%d.%d" % sys.version_info[:2],
    "implementation": tags.interpreter_name(),
    "abis": distinct(tag.abi for tag in fit),
    "platforms": distinct(tag.platform for tag in fit if tag.platform != "any"),
}))
