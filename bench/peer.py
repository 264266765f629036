"""A peer that has its data in memory and waits to be asked; see rounds.Resident.

usage: peer.py NAME FILE [FILE]     raw files of f64"""
import math
import sys
import time
from array import array


def numbers(path):
    data = array("d")
    with open(path, "rb") as file:
        data.frombytes(file.read())
    return data


def numpy_sum(paths):
    import numpy
    x = numpy.fromfile(paths[0])
    return lambda: numpy.sum(x)


def numpy_dot(paths):
    import numpy
    x, y = numpy.fromfile(paths[0]), numpy.fromfile(paths[-1])
    return lambda: numpy.dot(x, y)


def math_fsum(paths):
    x = numbers(paths[0]).tolist()
    return lambda: math.fsum(x)


def square(x):
    return x * x


def pool(paths):
    from multiprocessing import Pool
    x = numbers(paths[0]).tolist()

    def usual():
        with Pool() as workers:
            return sum(workers.map(square, x))
    return usual


PEERS = {"numpy.sum": numpy_sum, "numpy.dot": numpy_dot, "math.fsum": math_fsum, "pool": pool}


def main():
    try:
        call = PEERS[sys.argv[1]](sys.argv[2:])
    except ImportError as why:
        print(why, flush=True)
        return
    print("ready", flush=True)
    for _ in sys.stdin:
        began = time.perf_counter()
        answer = call()
        print(time.perf_counter() - began, repr(float(answer)), flush=True)


if __name__ == "__main__":
    main()
