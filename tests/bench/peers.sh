# usage: peers.sh BUILD SOURCE: bench/peers on a few kilobytes. Peers that are not installed are rows that say so.
set -u
command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }
work=$(mktemp -d) && cd "$work" || exit 1
trap 'rm -rf "$work"' EXIT
python3 -B "$2/bench/peers" --build "$1" --python "$(command -v python3)" --dir data --scale 0.00001 --rounds 2 --format csv >table.csv || exit 1
python3 - table.csv <<'END'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1])))
groups = {row["group"] for row in rows}
assert len(groups) == 11, groups
for row in rows:
    if row["note"]:
        assert row["note"].startswith("skipped: "), row
        continue
    assert 0 < float(row["ratio_q1"]) <= float(row["ratio"]) <= float(row["ratio_q3"]), row
    assert row["off"] == "" or float(row["off"]) < 1e-12, row
    if row["name"].startswith("math.fsum"):
        assert float(row["off"]) == 0, row
END
