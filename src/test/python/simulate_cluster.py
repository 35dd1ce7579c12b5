"""What many nodes make of a question about many pictures, from stage times measured on one.

    python src/test/python/simulate_cluster.py [--nodes 100] [--pictures 100000] ...

Jobs of an array wait for a free node. A job starts Java, loads the model and asks about its pictures, one after the
other. The files of the model come over a shared disk whose rate all that load at the time share, or from a node's own
memory where it has loaded them before. Nodes differ in speed (a normal spread, and a share of slow ones), and so do
pictures. At the end one node makes the tables. Parallel efficiency is the time that one average node would take for
all, by the number of nodes and the time until the tables are there. Seeded: the same figures every time.
"""

import argparse
import heapq
import random


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=100)
    parser.add_argument("--pictures", type=int, default=100_000)
    parser.add_argument("--start", type=float, default=3, help="seconds until Java runs, the scheduler's own included")
    parser.add_argument("--load", type=float, default=2.2, help="seconds of loading that are not reading")
    parser.add_argument("--gigabytes", type=float, default=4.3, help="that are read to load the model")
    parser.add_argument("--rate", type=float, default=2, help="GB/s of the shared disk, for all nodes")
    parser.add_argument("--picture", type=float, default=17, help="seconds a picture, its files included")
    parser.add_argument("--spread", type=float, default=0.05, help="standard deviation of the nodes' speeds")
    parser.add_argument("--slow", type=float, default=0.03, help="share of nodes that take 1.5 times as long")
    parser.add_argument("--variation", type=float, default=0.3, help="standard deviation of pictures' times")
    parser.add_argument("--merge", type=float, default=0.001, help="seconds a picture for the tables")
    parser.add_argument("--parts", type=int, nargs="*", default=[100, 200, 500, 1000, 2000])
    parser.add_argument("--seeds", type=int, default=20)
    return parser.parse_args()


def finished(options, parts: int, seed: int) -> float:
    """Seconds until the tables are there."""
    chance = random.Random(seed)
    pace = [
        max(0.5, chance.gauss(1, options.spread)) * (1.5 if chance.random() < options.slow else 1)
        for _ in range(options.nodes)
    ]
    counts = [options.pictures // parts + (part < options.pictures % parts) for part in range(parts)]
    events = [(0.0, node, "free") for node in range(options.nodes)]  # time, node, what happens then
    heapq.heapify(events)
    loaded, loading, waiting, end = set(), {}, list(reversed(counts)), 0.0
    now = 0.0

    def asking(node: int, count: int) -> float:
        noise = chance.gauss(0, options.variation) * count**0.5
        return pace[node] * (options.load + options.picture * max(0.0, count + noise))

    while events or loading:
        # Whichever comes first: an event, or the end of a model's reading at the present share of the rate.
        share = options.rate / max(1, len(loading))
        first = min(loading.items(), key=lambda item: item[1][0], default=None)
        at = now + first[1][0] / share if first else float("inf")
        upcoming = events[0][0] if events else float("inf")
        moment = min(at, upcoming)
        for rest in loading.values():
            rest[0] -= share * (moment - now)
        now = moment
        if at <= upcoming:
            node, (_, count) = first
            del loading[node]
            loaded.add(node)
            heapq.heappush(events, (now + asking(node, count), node, "free"))
            continue
        _, node, what = heapq.heappop(events)
        if what == "free":
            end = max(end, now)
            if waiting:
                heapq.heappush(events, (now + pace[node] * options.start, node, "begin"))
        elif waiting:
            count = waiting.pop()
            if node in loaded:
                heapq.heappush(events, (now + asking(node, count), node, "free"))
            else:
                loading[node] = [options.gigabytes, count]
    return end + options.merge * options.pictures


def main() -> None:
    options = parse()
    ideal = options.pictures * options.picture / options.nodes
    print(f"{options.pictures} pictures on {options.nodes} nodes, at best {ideal / 3600:.2f} h\n")
    print("| parts | hours, median | at worst | parallel efficiency, median | at worst |\n| --- | --- | --- | --- | --- |")
    for parts in options.parts:
        times = sorted(finished(options, parts, seed) for seed in range(options.seeds))
        middle, worst = times[len(times) // 2], times[-1]
        print(f"| {parts} | {middle / 3600:.2f} | {worst / 3600:.2f} | {ideal / middle:.3f} | {ideal / worst:.3f} |")


if __name__ == "__main__":
    main()
