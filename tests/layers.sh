#!/bin/sh
# Checks that each directory includes only what its row allows, and that the library asks the system for nothing but
# memory and string functions outside of src/base/memory.c: tests/layers.sh BUILD
set -eu
build=${1:-build}
bad=0

# directory: what it may include besides itself and <smtpscope/...>
rows='base:
net:base
smtp:base explain
tls:base
message:base
explain:base
detect:base explain
story:base explain
model:base explain
output:base explain model engine
engine:base net smtp tls message explain detect story model output
input:base net
tui:base explain model output engine
app:base net smtp tls message explain detect story model output engine input tui'

for dir in src/*/; do
	d=$(basename "$dir")
	row=$(echo "$rows" | sed -n "s/^$d://p")
	echo "$rows" | grep -q "^$d:" || { echo "layers: src/$d has no row"; bad=1; }
	for inc in $(grep -rhoE '^#include "[a-z_]+/' "$dir" 2>/dev/null | sed 's/.*"//; s,/,,' | sort -u); do
		case " $d $row " in
		*" $inc "*) ;;
		*) echo "layers: src/$d includes $inc/: $(grep -rlE "^#include \"$inc/" "$dir" | tr '\n' ' ')"; bad=1 ;;
		esac
	done
done

# Symbols of libc that the library may ask for; memory.c is the door to the rest.
pure='^(mem(cpy|set|cmp|move|chr|rchr|mem)|str(len|cmp|ncmp|chr|spn|cspn)|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__(asan|ubsan|tsan|sanitizer).*|__mem.*_chk)$'
zone='^(tzset|localtime_r|gmtime_r|tzname|daylight|timezone|mktime|__errno_location)$'
for o in $(find "$build/obj" -name '*.o' ! -path '*/input/*' ! -path '*/app/*' ! -path '*/tui/*' ! -name memory.o); do
	d=$(basename "$(dirname "$o")")
	for s in $(nm -u "$o" | awk '{print $2}' | sed 's/@.*//'); do
		case $s in
		sc_*) continue ;;
		ASN1_* | BIO_* | GENERAL_NAME* | OBJ_* | OPENSSL_sk_* | OSSL_PARAM_* | X509_* | d2i_X509) [ "$d" = tls ] ||
			{ echo "layers: $o asks libcrypto for $s"; bad=1; }; continue ;;
		EVP_* | SHA* | OPENSSL_* | CRYPTO_*) [ "$d" = tls ] || [ "$d" = output ] || [ "$o" = "$build/obj/message/digest.o" ] ||
			[ "$o" = "$build/obj/engine/community.o" ] ||
			{ echo "layers: $o asks libcrypto for $s"; bad=1; }; continue ;;
		esac
		echo "$s" | grep -qE "$pure" && continue
		[ "$d" = output ] && echo "$s" | grep -qE "$zone" && continue
		echo "layers: $o asks for $s"
		bad=1
	done
done
# A name is given once, in the library and in the program: the linker only sees it where both objects are asked for.
twice=$(find src -name '*.c' | sed "s,^src,$build/obj,; s,c\$,o," | xargs nm -g --defined-only 2>/dev/null | awk 'NF == 3 { print $3 }' | sort | uniq -d)
[ -z "$twice" ] || { echo "layers: defined twice: $twice"; bad=1; }

[ $bad -eq 0 ] && echo "layers: hold"
exit $bad
