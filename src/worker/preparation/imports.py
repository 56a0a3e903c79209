# Reads the program's file and those of its own that it imports, then imports all else that they name, as the same
# interpreter would in a trial. What only a branch or a function imports is not certain to be met; what stands in a
# `try` that catches its absence is left out. Each answer lies between two NULs, which nothing that is imported prints.
# What takes all of the time, or brings the interpreter down, was announced before.
import ast, importlib, json, os, sys
from importlib.machinery import PathFinder

folder, kind, name = sys.argv[1:4]
try:
    import sysconfig
    stdlib = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
except Exception:
    stdlib = []

def say(**answer):
    sys.__stdout__.flush()
    os.write(1, ("\0" + json.dumps(answer) + "\0").encode())

def is_file(*parts):
    path = os.path.join(*parts)
    return path if os.path.isfile(path) else None

if kind == "script":
    start = is_file(folder, name)
    base = os.path.dirname(os.path.realpath(start)) if start else folder
else:
    base = folder
    path = name.split(".")
    start = is_file(base, *path[:-1], path[-1] + ".py") or is_file(base, *path, "__main__.py")
sys.path.insert(0, base)
shown = lambda file: os.path.relpath(file, base)

class Imports(ast.NodeVisitor):
    def __init__(self):
        self.found, self.certain = [], True
    def visit_Import(self, node):
        for alias in node.names:
            self.found.append((0, alias.name, [], node.lineno, self.certain))
    def visit_ImportFrom(self, node):
        names = [alias.name for alias in node.names if alias.name != "*"]
        self.found.append((node.level, node.module or "", names, node.lineno, self.certain))
    def visit_Try(self, node):
        caught = " ".join("Exception" if one.type is None else ast.dump(one.type) for one in node.handlers)
        if any(word in caught for word in ("ImportError", "ModuleNotFoundError", "Exception")):
            for part in node.orelse + node.finalbody:
                self.visit(part)
        else:
            self.generic_visit(node)
    def perhaps(self, node):
        before, self.certain = self.certain, False
        self.generic_visit(node)
        self.certain = before
    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = perhaps
    def visit_If(self, node):
        test = ast.dump(node.test)
        if "TYPE_CHECKING" in test:
            for part in node.orelse:
                self.visit(part)
        elif "__main__" in test:
            self.generic_visit(node)
        else:
            self.perhaps(node)

wanted, seen = {}, set()

def own(directory, dotted):
    """The files that an import of the program's own runs; None where it is not its own."""
    parts = dotted.split(".")
    if directory == base and PathFinder.find_spec(parts[0], [base]) is None:
        return None
    files = []
    for upto in range(1, len(parts) + 1):
        at = parts[:upto]
        files += [is_file(directory, *at, "__init__.py"), is_file(directory, *at[:-1], at[-1] + ".py")]
    return [file for file in files if file]

def is_module(directory, dotted):
    path = os.path.join(directory, *dotted.split("."))
    return os.path.isdir(path) or any(os.path.isfile(path + each) for each in importlib.machinery.all_suffixes())

def read(file, certain):
    if (file, certain) in seen or (file, True) in seen:
        return
    seen.add((file, certain))
    try:
        with open(file, "rb") as opened:
            tree = ast.parse(opened.read(), file)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 0
        reason = getattr(error, "msg", None) or str(error)
        version = ".".join(map(str, sys.version_info[:3]))
        say(kind="script", path=shown(file), problem="line %d: %s (Python %s)" % (line, reason, version))
        return
    imports = Imports()
    imports.visit(tree)
    for level, module, names, line, always in imports.found:
        directory = base
        if level > 0:
            directory = os.path.dirname(file)
            for _ in range(level - 1):
                directory = os.path.dirname(directory)
        files = own(directory, module) if module else []
        if files is not None and module and certain and always and not is_module(directory, module):
            say(
                kind="script",
                path=shown(file),
                problem="line %d: %s is not among the program's files" % (line, "." * level + module),
            )
        if files is None:
            where = "%s:%d" % (shown(file), line)
            entry = wanted.setdefault((module, certain and always), (where, []))
            entry[1].extend(one for one in names if one not in entry[1])
            continue
        for one in names:
            files += own(directory, module + "." + one if module else one) or []
        for each in files:
            read(each, certain and always)

def is_standard(module):
    top = module.split(".")[0]
    if top in sys.builtin_module_names:
        return True
    try:
        origin = importlib.util.find_spec(top).origin or ""
    except Exception:
        return False
    inside = any(origin.startswith(path + os.sep) for path in stdlib if path)
    return origin in ("built-in", "frozen") or inside and "-packages" + os.sep not in origin

def problem_of(module, names):
    try:
        found = importlib.import_module(module)
        for one in names:
            if not hasattr(found, one):
                try:
                    importlib.import_module(module + "." + one)
                except ImportError as error:
                    if getattr(error, "name", None) != module + "." + one:
                        raise
                    return "cannot import name %s" % one
    except BaseException as error:
        return "%s: %s" % (type(error).__name__, (str(error).strip() or "without a word").split("\n")[-1])

import importlib.util
if start is None and kind == "module":
    wanted[(name.split(".")[0], True)] = ("-m " + name, [])
elif start is None:
    where = "there" if os.path.isabs(name) else "among the program's files"
    say(kind="script", path=name, problem="is not " + where)
else:
    read(start, True)
certain = {module for module, always in wanted if always}
for (module, always), (where, names) in sorted(wanted.items(), key=lambda item: not item[0][1]):
    if module == "__future__" or not always and module in certain:
        continue
    about = dict(kind="import", module=module, where=where, certain=always)
    say(announced=True, **about)
    standard = is_standard(module)
    problem = problem_of(module, names)
    say(standard=standard and problem is None, problem=problem, **about)
os._exit(0)
