"""What run-bench and run-bridge share: the kernel's figures, processes that are
started and ended, and tables."""

import atexit
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import time

RMEM_MAX = "/proc/sys/net/core/rmem_max"
BIG_BUFFER = 4 << 20  # bytes


def say(text):
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def fail(text):
    sys.exit(f"{os.path.basename(sys.argv[0])}: {text}")


def write_file(path, text):
    with open(path, "w", encoding="ascii") as out:
        out.write(text)


def read_file(path):
    with open(path, encoding="ascii", errors="replace") as text:
        return text.read()


# ---- The kernel's figures --------------------------------------------------

def socket_rows(name):
    """The rows of /proc/net/NAME, split, with the local port in front."""
    try:
        rows = [line.split() for line in
                read_file(f"/proc/net/{name}").splitlines()[1:]]
    except FileNotFoundError:
        return []
    return [(int(row[1].rsplit(":", 1)[1], 16), row) for row in rows]


def udp_sockets(port):
    """(bytes waiting, datagrams dropped) of each UDP socket on the port."""
    return [(int(row[4].split(":")[1], 16), int(row[-1]))
            for local, row in socket_rows("udp") + socket_rows("udp6")
            if local == port]


def tcp_listens(port):
    return any(local == port and row[3] == "0A"
               for local, row in socket_rows("tcp"))


def drops(port):
    return sum(dropped for _, dropped in udp_sockets(port))


def wait_drained(port, limit=20):
    """Waits until the collector has read all that its socket holds."""
    end = time.monotonic() + limit
    while any(waiting for waiting, _ in udp_sockets(port)):
        if time.monotonic() > end:
            say(f"port {port} is not drained after {limit} s")
            return
        time.sleep(0.05)


def backlog_drops():
    """Datagrams that the kernel dropped before they got to a socket."""
    return sum(int(line.split()[1], 16)
               for line in read_file("/proc/net/softnet_stat").splitlines())


def cpu_seconds(pid):
    """utime + stime of all threads of a process. Its CPU clock says it in
    ns, /proc/PID/stat in steps of 10 ms."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        fields = read_file(f"/proc/{pid}/stat").rsplit(")", 1)[1].split()
        ticks = int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def resident_kb(pid):
    status = read_file(f"/proc/{pid}/status")
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))


def available_kb():
    return int(re.search(r"MemAvailable:\s+(\d+)",
                         read_file("/proc/meminfo")).group(1))


def largest_buffer():
    """The socket buffer to ask for: BIG_BUFFER if the kernel can be brought
    to grant it, as gmond exits when it gets less than it asked for."""
    old = int(read_file(RMEM_MAX))
    if old >= BIG_BUFFER:
        return BIG_BUFFER
    try:
        write_file(RMEM_MAX, str(BIG_BUFFER))
    except OSError:
        say(f"net.core.rmem_max is {old} and not ours to raise")
        return old
    atexit.register(write_file, RMEM_MAX, str(old))
    return BIG_BUFFER


def processor_seconds():
    """(all that was busy, our own and our ended children's, what the
    hypervisor gave to others, all there was) since some time."""
    times = [int(n) for n in read_file("/proc/stat").split("\n")[0].split()[1:]]
    user, nice, system, idle, wait, irq, softirq, steal = times[:8]
    tick = 1 / os.sysconf("SC_CLK_TCK")
    return ((user + nice + system + irq + softirq) * tick,
            sum(os.times()[:4]), steal * tick, sum(times[:8]) * tick)


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# ---- Processes -------------------------------------------------------------

children = []  # all that this script has started and not yet ended


def start(command, **options):
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)
    children.append(child)
    return child


def stop(child):
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    if child in children:
        children.remove(child)


def stop_all():
    for child in list(children):
        stop(child)


def how_it_ended(status):
    if status < 0:
        return signal.Signals(-status).name
    return f"exit status {status}"


# ---- Tables ----------------------------------------------------------------

def table(head, rows):
    """A markdown table, its columns padded to read well as plain text."""
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(head, *rows)]

    def line(cells):
        padded = (cell.ljust(width) for cell, width in zip(cells, widths))
        return "| " + " | ".join(padded) + " |"

    print(line(head))
    print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    for row in rows:
        print(line(row))
    print(flush=True)


def spread(values, digits=1):
    """The median, and the range when there is one."""
    low, middle, high = (f"{figure(values):.{digits}f}"
                         for figure in (min, statistics.median, max))
    return middle if low == high else f"{middle} ({low}-{high})"


# ---- Where it ran ----------------------------------------------------------

def cpu_model():
    match = re.search(r"model name\s*:\s*(.*)", read_file("/proc/cpuinfo"))
    return match.group(1) if match else "unknown"


def print_neighbours(began):
    """How busy others kept this machine since `began`: what to make of the
    figures above."""
    busy, ours, steal, total = (
        now - then for now, then in zip(processor_seconds(), began))
    others = max(0, busy - ours)
    print(f"Meanwhile other processes took {100 * others / total:.0f} % of the "
          f"processors, and the\nhypervisor {100 * steal / total:.0f} %.\n",
          flush=True)
