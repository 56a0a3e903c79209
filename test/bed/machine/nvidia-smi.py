#!/usr/bin/python3
"""Stands in for nvidia-smi on a host of the bed: the same command line, answered from a file of devices and from the
processes that run there. A process whose environment has CUDA_VISIBLE_DEVICES and BED_GPU_MEMORY_MIB holds that much
memory of that device (and keeps it busy by BED_GPU_UTILISATION percent), as one that has opened a CUDA context would.

The fields and the layout of the answers are those of nvidia-smi's manual page and of `nvidia-smi --help-query-gpu`.
"""
import json
import os
import sys
import time

STATE = "/run/bed/gpus.json"


def state():
    with open(STATE, encoding="utf-8") as file:
        return json.load(file)


def environment_of(pid):
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            entries = file.read().decode("utf-8", "replace").split("\0")
    except OSError:
        return {}
    return dict(entry.split("=", 1) for entry in entries if "=" in entry)


def parent_of(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="latin-1") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[1])


def name_of(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().split(b"\0")[0].decode("utf-8", "replace") or "[Not Found]"
    except OSError:
        return "[Not Found]"


def tenants():
    """Processes with both variables. Of a chain of parents and children, which all inherit them, only the last counts."""
    found = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        variables = environment_of(name)
        if "CUDA_VISIBLE_DEVICES" in variables and "BED_GPU_MEMORY_MIB" in variables:
            parent = parent_of(name)
            if parent is not None:
                found[int(name)] = (parent, variables)
    parents = {parent for parent, _ in found.values()}
    return {pid: variables for pid, (_, variables) in found.items() if pid not in parents}


def number(variables, name, otherwise):
    try:
        return int(variables.get(name, otherwise))
    except ValueError:
        return otherwise


def apps_of(device, running):
    """The processes of a device: of the file (other people's), then those that run here."""
    apps = [dict(app) for app in device["processes"]]
    for pid, variables in sorted(running.items()):
        visible = variables["CUDA_VISIBLE_DEVICES"].split(",")
        if device["uuid"] in visible or str(device["index"]) in visible:
            apps.append(
                {
                    "pid": pid,
                    "name": name_of(pid),
                    "usedMib": number(variables, "BED_GPU_MEMORY_MIB", 0),
                    "utilisation": number(variables, "BED_GPU_UTILISATION", 25),
                }
            )
    return apps


def measured():
    """Each device with its processes, and what they add up to."""
    running = tenants()
    devices = state()["devices"]
    for device in devices:
        device["apps"] = apps_of(device, running)
        used = device["memoryUsedMib"] + sum(app["usedMib"] for app in device["apps"])
        device["used"] = min(used, device["memoryTotalMib"])
        busy = device["utilisation"] + sum(app.get("utilisation", 0) for app in device["apps"])
        device["busy"] = min(busy, 100)
    return devices


def unit(value, name, plain):
    return str(value) if plain else f"{value} {name}"


def now():
    at = time.time()
    return time.strftime("%Y/%m/%d %H:%M:%S", time.localtime(at)) + f".{int(at * 1000) % 1000:03d}"


# Field: how it is answered from a device, whether units are left out, and for compute-apps the process.
GPU_FIELDS = {
    "timestamp": lambda gpu, plain: now(),
    "driver_version": lambda gpu, plain: gpu["driver"],
    "count": lambda gpu, plain: str(gpu["count"]),
    "name": lambda gpu, plain: gpu["name"],
    "index": lambda gpu, plain: str(gpu["index"]),
    "uuid": lambda gpu, plain: gpu["uuid"],
    "pci.bus_id": lambda gpu, plain: gpu["busId"],
    "memory.total": lambda gpu, plain: unit(gpu["memoryTotalMib"], "MiB", plain),
    "memory.reserved": lambda gpu, plain: unit(0, "MiB", plain),
    "memory.used": lambda gpu, plain: unit(gpu["used"], "MiB", plain),
    "memory.free": lambda gpu, plain: unit(gpu["memoryTotalMib"] - gpu["used"], "MiB", plain),
    "utilization.gpu": lambda gpu, plain: unit(gpu["busy"], "%", plain),
    "utilization.memory": lambda gpu, plain: unit(gpu["busy"] // 2, "%", plain),
    "temperature.gpu": lambda gpu, plain: str(gpu["temperature"]),
    "power.draw": lambda gpu, plain: unit(f"{gpu['powerWatts']:.2f}", "W", plain),
    "power.limit": lambda gpu, plain: unit(f"{gpu['powerLimitWatts']:.2f}", "W", plain),
    "enforced.power.limit": lambda gpu, plain: unit(f"{gpu['powerLimitWatts']:.2f}", "W", plain),
    "pstate": lambda gpu, plain: "P2" if gpu["busy"] > 0 else "P8",
    "compute_mode": lambda gpu, plain: "Default",
    "compute_cap": lambda gpu, plain: gpu["computeCapability"],
    "mig.mode.current": lambda gpu, plain: "[N/A]",
    "clocks.sm": lambda gpu, plain: unit(1410 if gpu["busy"] > 0 else 210, "MHz", plain),
    "clocks_throttle_reasons.active": lambda gpu, plain: "0x0000000000000000",
}
GPU_FIELDS.update(
    {
        "gpu_name": GPU_FIELDS["name"],
        "gpu_uuid": GPU_FIELDS["uuid"],
        "gpu_bus_id": GPU_FIELDS["pci.bus_id"],
        "clocks.current.sm": GPU_FIELDS["clocks.sm"],
    }
)
APP_FIELDS = {
    "pid": lambda app, plain: str(app["pid"]),
    "process_name": lambda app, plain: app["name"],
    "name": lambda app, plain: app["name"],
    "used_gpu_memory": lambda app, plain: unit(app["usedMib"], "MiB", plain),
    "used_memory": lambda app, plain: unit(app["usedMib"], "MiB", plain),
}
# Of a process's device these may be asked for; elsewhere `name` and the like are the process's.
APP_GPU_FIELDS = ("timestamp", "gpu_name", "gpu_bus_id", "gpu_uuid")
# What it prints at the head of a column where that differs from what was asked for.
UNITS = {"memory": " [MiB]", "utilization": " [%]", "power": " [W]", "clocks": " [MHz]"}
CANONICAL = {"gpu_name": "name", "gpu_uuid": "uuid", "gpu_bus_id": "pci.bus_id"}


def head_of(field, apps):
    if apps:
        return {"used_memory": "used_gpu_memory [MiB]", "used_gpu_memory": "used_gpu_memory [MiB]", "name": "process_name"}.get(
            field, field
        )
    name = CANONICAL.get(field, field)
    bare = name in ("clocks_throttle_reasons.active",)
    return name + ("" if bare else UNITS.get(name.split(".")[0], ""))


class Monitor:
    """`nvidia-smi pmon -s u`: a line a process and second. What idles is told of by dashes, as drivers since 450 do."""

    columns = ("gpu", "pid", "type", "sm", "mem", "enc", "dec", "jpg", "ofa", "command")
    units = ("Idx", "#", "C/G", "%", "%", "%", "%", "%", "%", "name")
    rounds_a_head = 30

    def __init__(self, arguments):
        self.loop_seconds, self.round = 1.0, 0
        rest = list(arguments)
        while rest:
            option, value = rest.pop(0), rest.pop(0) if rest else ""
            if option == "-d" and value.isdigit():
                self.loop_seconds = float(value)
            elif (option, value) != ("-s", "u"):
                refuse(f"Option {option} is not recognized. Please run 'nvidia-smi pmon -h' for help.")

    def __call__(self):
        rows = []
        if self.round % self.rounds_a_head == 0:
            rows += [self.row("#", self.columns), self.row("#", self.units)]
        self.round += 1
        for device in measured():
            rows += [self.row(" ", self.of(device, app)) for app in device["apps"] or [None]]
        sys.stdout.write("".join(rows))
        sys.stdout.flush()

    @staticmethod
    def of(device, app):
        if app is None:
            return (device["index"], *"-" * 9)
        busy = app.get("utilisation", 0)
        shares = (busy, busy // 2) if busy > 0 else ("-", "-")
        return (device["index"], app["pid"], "C", *shares, *"-" * 4, app["name"][:15])

    @staticmethod
    def row(head, words):
        gpu, pid, *rest, command = [str(word) for word in words]
        return f"{head} {gpu:>3} {pid:>11} " + " ".join(f"{word:>6}" for word in rest) + f"    {command:<15}\n"


class Asked:
    """What the command line asks for."""

    def __init__(self, arguments):
        self.gpu_fields = self.app_fields = None
        self.format, self.loop_seconds, self.listing, self.devices = [], None, False, None
        rest = list(arguments)
        while rest:
            self.take(rest.pop(0), rest)

    def take(self, word, rest):
        option, equals, value = word.partition("=")

        def argument():
            return value if equals else rest.pop(0) if rest else refuse(f'Option "{option}" requires a value.')

        if option == "--query-gpu":
            self.gpu_fields = argument().split(",")
        elif option in ("--query-compute-apps", "--query-apps"):
            self.app_fields = argument().split(",")
        elif option == "--format":
            self.format = argument().split(",")
        elif option in ("-lms", "--loop-ms"):
            self.loop_seconds = int(argument()) / 1000
        elif option in ("-l", "--loop"):
            self.loop_seconds = float(argument())
        elif option in ("-i", "--id"):
            self.devices = argument().split(",")
        elif option in ("-L", "--list-gpus"):
            self.listing = True
        else:
            refuse(f"Invalid combination of input arguments. Please run 'nvidia-smi -h' for help.\n\nunknown: {word}")

    def wanted(self, device):
        return self.devices is None or any(
            name in (str(device["index"]), device["uuid"], device["busId"]) for name in self.devices
        )


def refuse(message):
    print(message)
    sys.exit(2)


def rows_of_gpus(fields, devices, plain):
    for device in devices:
        yield [GPU_FIELDS[field](device, plain) for field in fields]


def rows_of_apps(fields, devices, plain):
    for device in devices:
        for app in device["apps"]:
            yield [
                GPU_FIELDS[field](device, plain) if field in APP_GPU_FIELDS else APP_FIELDS[field](app, plain)
                for field in fields
            ]


def query(asked):
    apps = asked.app_fields is not None
    fields = [field.strip() for field in (asked.app_fields if apps else asked.gpu_fields)]
    known = [*APP_FIELDS, *APP_GPU_FIELDS] if apps else GPU_FIELDS
    for field in fields:
        if field not in known:
            refuse(f'Field "{field}" is not a valid field to query.\n')
    if "csv" not in asked.format:
        refuse('"--format=" switch is missing. Please run \'nvidia-smi -h\' for help.')
    if "noheader" not in asked.format:
        print(", ".join(head_of(field, apps) for field in fields), flush=True)
    plain = "nounits" in asked.format

    def answer():
        devices = measured()
        for device in devices:
            device["count"] = len(devices)
        rows = (rows_of_apps if apps else rows_of_gpus)(fields, [gpu for gpu in devices if asked.wanted(gpu)], plain)
        sys.stdout.write("".join(", ".join(row) + "\n" for row in rows))
        sys.stdout.flush()

    return answer


def list_gpus():
    for device in measured():
        print(f"GPU {device['index']}: {device['name']} (UUID: {device['uuid']})", flush=True)


def overview():
    devices = measured()
    driver = devices[0]["driver"] if devices else "-"
    print(time.strftime("%a %b %e %H:%M:%S %Y"))
    print(f"NVIDIA-SMI {driver}    Driver Version: {driver}    CUDA Version: 12.4")
    for gpu in devices:
        memory = f"{gpu['used']}MiB / {gpu['memoryTotalMib']}MiB"
        watts = f"{gpu['powerWatts']:.0f}W / {gpu['powerLimitWatts']:.0f}W"
        print(f"| {gpu['index']}  {gpu['name']} | {gpu['temperature']}C  {watts} | {memory} | {gpu['busy']}% |")
    print("Processes:")
    for gpu in devices:
        for app in gpu["apps"]:
            print(f"| {gpu['index']}  {app['pid']}  C  {app['name']}  {app['usedMib']}MiB |")
    sys.stdout.flush()


def fail_as_told():
    """A driver that hangs or complains, where the file says so."""
    mood = state()["mood"]
    if mood["kind"] == "hangs":
        while state()["mood"]["kind"] == "hangs":
            time.sleep(0.2)
    if mood["kind"] == "fails":
        print(mood["text"], flush=True)
        sys.exit(mood["code"])


def main():
    is_monitor = sys.argv[1:2] == ["pmon"]
    asked = Monitor(sys.argv[2:]) if is_monitor else Asked(sys.argv[1:])
    fail_as_told()
    if not state()["devices"]:
        print("No devices were found", flush=True)
        sys.exit(6)
    if is_monitor:
        answer = asked
    elif asked.gpu_fields is not None or asked.app_fields is not None:
        answer = query(asked)
    else:
        answer = list_gpus if asked.listing else overview
    answer()
    while asked.loop_seconds is not None:
        time.sleep(asked.loop_seconds)
        fail_as_told()
        answer()


try:
    main()
except (KeyboardInterrupt, BrokenPipeError):
    os._exit(1)
