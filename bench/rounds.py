"""Measuring several programs in turns: who is measured, and what comes of it."""
import os
import resource
import statistics
import subprocess
import time


class Skip(Exception):
    """What cannot be measured here, and why."""


class Resident:
    """A process that has its data and waits: it prints "ready", and for each line it is sent, seconds and an answer."""

    def __init__(self, argv, env=None):
        self.process = subprocess.Popen(argv, env={**os.environ, **(env or {})}, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        first = self.process.stdout.readline().strip()
        if first != "ready":
            self.close()
            raise Skip(first or "ended before it was ready")

    def run(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        words = self.process.stdout.readline().split()
        if len(words) != 2:
            raise RuntimeError(f"{self.process.args}: no answer")
        return float(words[0]), words[1]

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def children_busy():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Whole:
    """A process from its start to its end; its answer is the last word that it prints. All of `path` is in the page
    cache before the clock runs. `busy`: seconds of all processors together instead of the clock's."""

    def __init__(self, argv, path, as_input=False, busy=False):
        self.argv, self.path, self.as_input = argv, path, as_input
        self.clock = children_busy if busy else time.perf_counter

    def run(self):
        read_through(self.path)
        with open(self.path if self.as_input else os.devnull) as stdin:
            began = self.clock()
            done = subprocess.run(self.argv, stdin=stdin, stdout=subprocess.PIPE, text=True)
            seconds = self.clock() - began
        words = done.stdout.split()
        if done.returncode != 0 or not words:
            raise RuntimeError(f"{self.argv}: exit code {done.returncode}")
        return seconds, words[-1]

    def close(self):
        pass


def read_through(path):
    buffer = bytearray(1 << 20)
    with open(path, "rb", buffering=0) as file:
        while file.readinto(buffer):
            pass


class Way:
    """A row: a name, how it is started (a function, so that what is not there is a row all the same), how much it reads,
    and whether its answer is the sum."""

    def __init__(self, name, start, size, sums=True):
        self.name, self.start, self.size, self.sums = name, start, size, sums
        self.runner, self.note, self.answer, self.seconds = None, None, None, []

    def open(self):
        try:
            self.runner = self.start()
        except (Skip, FileNotFoundError) as why:
            self.note = f"skipped: {why}"

    def run(self):
        seconds, self.answer = self.runner.run()
        return seconds


def spread(values):
    """Median and quartiles, linearly interpolated (R type 7)."""
    if len(values) < 2:
        return {"median": values[0], "q1": values[0], "q3": values[0]}
    q1, median, q3 = statistics.quantiles(values, n=4, method="inclusive")
    return {"median": median, "q1": q1, "q3": q3}


def measure(ways, rounds):
    """After a round that does not count, all ways take a turn in each round, in an order that changes."""
    for way in ways:
        way.open()
    there = [way for way in ways if way.runner]
    for way in there:
        way.run()
    for number in range(rounds):
        shift = number % len(there)
        order = there[shift:] + there[:shift]
        for way in order if number % 2 == 0 else reversed(order):
            way.seconds.append(way.run())
    for way in there:
        way.runner.close()


def figures(group, ways, truth=None):
    """Rows of a group. `ratio`: the first way's rate in parts of this one's, round by round; 2 is a way that takes twice
    as long. `off`: how far the answer is from `truth` (a text; the first way's answer unless given), relatively; 0 is the
    same number."""
    ours = ways[0]
    right = float(truth or ours.answer)
    for way in ways:
        row = {"group": group, "name": way.name, "bytes": way.size, "note": way.note}
        if not way.note:
            seconds = spread(way.seconds)
            ratios = [a / way.size / (b / ours.size) for a, b in zip(way.seconds, ours.seconds)]
            row.update(seconds=seconds, bytes_per_s=way.size / seconds["median"], ratio=spread(ratios),
                       answer=way.answer, off=abs(float(way.answer) - right) / abs(right) if way.sums else None,
                       rounds=len(way.seconds))
        yield row
