#!/usr/bin/python3
"""see-all.py PROGRAM: lets a program read the environments of everybody's processes, whoever runs it (capabilities(7),
the layout of `security.capability` in linux/capability.h)."""
import os
import struct
import sys

DAC_READ_SEARCH, SYS_PTRACE = 1 << 2, 1 << 19
REVISION_2_EFFECTIVE = 0x02000001

capability = struct.pack("<5I", REVISION_2_EFFECTIVE, DAC_READ_SEARCH | SYS_PTRACE, 0, 0, 0)
os.setxattr(sys.argv[1], "security.capability", capability)
