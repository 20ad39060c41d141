#!/bin/sh
# Runs each fuzz target for a time, seeded with the captures: tests/fuzz/run.sh DIR SECONDS SHARED
# 0 seconds: only the seeds, so that a check gives the same answer every time; finding new cases is for make fuzz.
set -eu
dir=$1 seconds=$2 shared=$3
limit=-max_total_time=$seconds
[ "$seconds" -eq 0 ] && limit=-runs=0
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1
for target in "$dir"/fuzz_*; do
	case $target in *.d | *.corpus | *.log) continue ;; esac
	corpus=$target.corpus
	mkdir -p "$corpus"
	case $target in
	*fuzz_pcap | *fuzz_engine)
		for f in captures/*.pcap captures/lab/*.pcap "$shared"/captures/*/*.pcap*; do
			[ -f "$f" ] && [ "$(wc -c <"$f")" -le 20000 ] && cp "$f" "$corpus/$(basename "$f")"
		done ;;
	esac
	[ -d "tests/fuzz/$(basename "$target").seeds" ] && cp "tests/fuzz/$(basename "$target").seeds"/* "$corpus/"
	echo "fuzz: $(basename "$target") for $seconds s"
	"$target" "$limit" -timeout=20 -rss_limit_mb=4096 -print_final_stats=1 -verbosity=0 \
		-artifact_prefix="$dir/" "$corpus" 2>"$target.log" || { tail -n 60 "$target.log"; exit 1; }
	grep -E 'number_of_executed_units' "$target.log" || true
done
