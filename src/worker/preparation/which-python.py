# On the last line, because a site's own start files may print before.
import json, platform, sys, sysconfig

print("\n" + json.dumps([platform.python_version(), sysconfig.get_platform(), platform.libc_ver(), sys.executable]))
