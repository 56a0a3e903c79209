"""
Names what the Python of old hosts could not read: by the grammar of 3.5, as far as the Python here remembers it (ast.parse,
feature_version); before 3.8 by its own.
"""
import ast
import sys

OLDEST = (3, 5)

older = {"feature_version": OLDEST} if sys.version_info >= (3, 8) else {}
found = False
for path in sys.argv[1:]:
    with open(path, "rb") as opened:
        text = opened.read()
    try:
        compile(ast.parse(text, path, **older), path, "exec")
    except SyntaxError as error:
        found = True
        print("%s:%s:%s: error: %s" % (path, error.lineno, error.offset, error.msg))
sys.exit(found)
