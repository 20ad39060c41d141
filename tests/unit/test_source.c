/* test_source.c - inputs made of files: packed, cut at every octet, merged, filtered, in directories, missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "image.h"
#include "input/source.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static char home[] = "/tmp/sc_source_XXXXXX";
static char octets[1 << 20];  /* of the image that a test builds */
static char packed[1 << 20];
static char said[1 << 14];    /* all messages, a line each, with their kinds */
static char listed[1 << 16];  /* all packets, a line each */

static struct image new_image(void)
{
	return (struct image){ .at = octets, .size = sizeof(octets) };
}

static const char *path_of(const char *name)
{
	static char paths[4][128];
	static unsigned next;
	char *path = paths[next++ % COUNT(paths)];
	snprintf(path, sizeof(paths[0]), "%s/%s", home, name);
	return path;
}

static void save(const char *name, const void *at, size_t len)
{
	int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, at, len), (ssize_t)len);
	close(fd);
}

static void hear(void *ctx, sc_err kind, const char *message)
{
	(void)ctx;
	size_t len = strlen(said), skip = strncmp(message, home, strlen(home)) == 0 ? strlen(home) + 1 : 0;
	snprintf(said + len, sizeof(said) - len, "%d %s\n", kind, message + skip);
}

/* Reads it all: `listed` and `said` are set; gives how it ended.  `facts` may be NULL. */
static sc_err run(struct sc_source_config config, struct sc_source_facts *facts)
{
	struct sc_source *s;
	struct sc_packet pkt;
	size_t len = 0;
	*said = *listed = 0;
	config.say = hear;
	sc_err err = sc_source_open(&s, &config);
	if (err)
		return err;
	while (sc_source_next(s, &pkt) && len < sizeof(listed) - 100)
		len += (size_t)snprintf(listed + len, sizeof(listed) - len, "%llu@%lld %.*s/%u ",
			(unsigned long long)pkt.number, (long long)(pkt.when / SC_SECOND), (int)pkt.bytes.len,
			pkt.bytes.at, pkt.wire_len);
	assert_false(sc_source_next(s, &pkt));
	if (facts)
		sc_source_facts(s, facts);
	err = sc_source_result(s);
	sc_source_close(s);
	return err;
}

static sc_err run_files(size_t count, const char *const *names)
{
	const char *paths[8];
	char kept[COUNT(paths)][128];
	for (size_t i = 0; i < count; i++) {
		snprintf(kept[i], sizeof(kept[i]), "%s", strcmp(names[i], "-") == 0 ? "-" : path_of(names[i]));
		paths[i] = kept[i];
	}
	return run((struct sc_source_config){ .paths = paths, .path_count = count }, NULL);
}
#define RUN(...) run_files(COUNT(((const char *[]){ __VA_ARGS__ })), (const char *[]){ __VA_ARGS__ })

static void expect(const char *name, sc_err got, sc_err want, const char *packets, const char *messages)
{
	if (got != want || strcmp(listed, packets) != 0 || strcmp(said, messages) != 0)
		fail_msg("%s: got %d\n%s\n%swant %d\n%s\n%s", name, got, listed, said, want, packets, messages);
}

static struct image three_packets(void)
{
	struct image m = new_image();
	put_pcap_header(&m, 0xa1b2c3d4, 65535, 1);
	put_pcap_packet(&m, 1, 0, SC_STR("one"), 3);
	put_pcap_packet(&m, 2, 0, SC_STR("two"), 3);
	put_pcap_packet(&m, 3, 0, SC_STR("three"), 5);
	return m;
}

static struct image three_blocks(void)
{
	struct image m = new_image();
	put_section(&m, true);
	put_interface(&m, 1);
	put_enhanced(&m, 0, 1000000, SC_STR("one"), 3);
	put_enhanced(&m, 0, 2000000, SC_STR("two"), 3);
	open_block(&m, 77);
	close_block(&m);
	put_section(&m, false);
	put_interface(&m, 276);
	put_enhanced(&m, 0, 3000000, SC_STR("three"), 5);
	return m;
}

static const char *const prefixes[] = {
	"", "1@1 one/3 ", "1@1 one/3 2@2 two/3 ", "1@1 one/3 2@2 two/3 3@3 three/5 ",
};

static size_t gzip(const void *at, size_t len, char *out, size_t room)
{
	z_stream z = { 0 };
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)at;
	z.avail_in = (uInt)len;
	z.next_out = (Bytef *)out;
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return room - z.avail_out;
}

static size_t zstd(const void *at, size_t len, char *out, size_t room)
{
	size_t n = ZSTD_compress(out, room, at, len, 3);
	assert_false(ZSTD_isError(n));
	return n;
}

typedef size_t pack_fn(const void *at, size_t len, char *out, size_t room);

/* In two members or frames, which any tool may have put one behind the other. */
static size_t pack_halves(pack_fn *pack, const struct image *m)
{
	size_t half = m->len / 2, n = pack(m->at, half, packed, sizeof(packed));
	return n + pack(m->at + half, m->len - half, packed + n, sizeof(packed) - n);
}

static void packings(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		pack_fn *pack;
		struct image (*build)(void);
	} cases[] = {
		{ "pcap in gzip", gzip, three_packets }, { "pcapng in gzip", gzip, three_blocks },
		{ "pcap in zstd", zstd, three_packets }, { "pcapng in zstd", zstd, three_blocks },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct image m = cases[i].build();
		size_t n = pack_halves(cases[i].pack, &m);
		save("x", packed, n);
		expect(cases[i].name, RUN("x"), SC_OK, prefixes[3], "");
		memset(packed + n, 0, 512);
		if (cases[i].pack == gzip) {
			save("x", packed, n + 512);
			expect("padding", RUN("x"), SC_OK, prefixes[3], "");
		}
		memcpy(packed + n, "more", 4);
		save("x", packed, n + 4);
		assert_int_equal(RUN("x"), SC_EDAMAGED);
		assert_string_equal(listed, prefixes[3]);
	}
	static const char skippable[] = "\x50\x2a\x4d\x18\x04\0\0\0skip";
	struct image m = three_packets();
	memcpy(packed, skippable, 12);
	save("x", packed, 12 + zstd(m.at, m.len, packed + 12, sizeof(packed) - 12));
	expect("skippable frame", RUN("x"), SC_OK, prefixes[3], "");
	packed[12 + 10] ^= 0x55;
	save("x", packed, 40);
	assert_int_equal(RUN("x"), SC_EDAMAGED);
}

static size_t prefix_length(const char *name)
{
	for (size_t i = 0; i < COUNT(prefixes); i++)
		if (strcmp(listed, prefixes[i]) == 0)
			return i;
	fail_msg("%s: the packets are no prefix: %s", name, listed);
	return 0;
}

/* `clean` are the lengths at which nothing shows that something is missing, `count` of them. */
static void cut_everywhere(const char *name, const char *at, size_t len, const size_t *clean, size_t count)
{
	const size_t magic_octets = 4;
	size_t before = 0;
	for (size_t cut = 0; cut <= len; cut++) {
		save("x", at, cut);
		sc_err err = RUN("x");
		size_t n = prefix_length(name);
		bool whole = false;
		for (size_t i = 0; i < count; i++)
			whole = whole || clean[i] == cut;
		bool stranger = cut < magic_octets && err == SC_EINPUT;
		bool right = stranger || err == (whole ? SC_OK : SC_EDAMAGED);
		if (n < before || !right || (err != SC_OK) != (*said != 0))
			fail_msg("%s cut at %zu: %d, %zu packets: %s", name, cut, err, n, said);
		before = n;
	}
	assert_int_equal(before, 3);
}

static void cuts(void **state)
{
	(void)state;
	struct image m = three_packets();
	cut_everywhere("pcap", m.at, m.len, (size_t[]){ 24, 43, 62, 83 }, 4);
	m = three_blocks();
	cut_everywhere("pcapng", m.at, m.len, (size_t[]){ 28, 48, 84, 120, 132, 160, 180, 220 }, 8);
	size_t n = gzip(m.at, m.len, packed, sizeof(packed));
	cut_everywhere("gzip", packed, n, &n, 1);
	n = zstd(m.at, m.len, packed, sizeof(packed));
	cut_everywhere("zstd", packed, n, &n, 1);
	m = three_packets();
	save("x", m.at, m.len - 1);
	expect("message", RUN("x"), SC_EDAMAGED, prefixes[2],
		"4 x: cut short in packet 3; the 2 packets before it were read\n");
}

static void refusals(void **state)
{
	(void)state;
	struct image m = three_packets();
	save("good", m.at, m.len);
	save("head", m.at, 24);
	save("empty", "", 0);
	save("text", "not a capture\n", 14);
	save("closed", m.at, m.len);
	chmod(path_of("closed"), 0);
	expect("header only", RUN("head"), SC_OK, "", "");
	expect("empty", RUN("empty"), SC_EINPUT, "", "3 empty: is empty\n");
	expect("missing", RUN("missing"), SC_EINPUT, "", "3 missing: no such file; check the path\n");
	expect("text", RUN("text"), SC_EINPUT, "", "3 text: not a capture: it looks like text\n");
	expect("one of three", RUN("missing", "good", "text"), SC_EINPUT, prefixes[3],
		"3 missing: no such file; check the path\n3 text: not a capture: it looks like text\n");
	if (geteuid() != 0)
		expect("no permission", RUN("closed"), SC_EINPUT, "",
			"3 closed: permission denied; run as a user who may read it\n");
	save("cut", m.at, m.len - 1);
	expect("damaged and missing", RUN("cut", "missing"), SC_EINPUT, prefixes[2],
		"3 missing: no such file; check the path\n"
		"4 cut: cut short in packet 3; the 2 packets before it were read\n");
	save("cut", m.at, 10);
	expect("damaged header", RUN("cut"), SC_EDAMAGED, "",
		"4 cut: cut short in its file header; it holds no packets\n");
	static const char *const names[] = { "good", "head", "empty", "text", "closed", "cut" };
	for (size_t i = 0; i < COUNT(names); i++)
		unlink(path_of(names[i]));
}

static void save_packets(const char *name, const uint32_t *seconds, size_t count, const char *text)
{
	struct image m = new_image();
	put_pcap_header(&m, 0xa1b2c3d4, 65535, 1);
	for (size_t i = 0; i < count; i++)
		put_pcap_packet(&m, seconds[i], 0, (sc_str){ text, 1 }, 1);
	save(name, m.at, m.len);
}
#define SECONDS(...) (const uint32_t[]){ __VA_ARGS__ }, COUNT(((uint32_t[]){ __VA_ARGS__ }))

static void merging(void **state)
{
	(void)state;
	save_packets("a", SECONDS(1, 4, 4, 9), "a");
	save_packets("b", SECONDS(2, 4, 5), "b");
	save_packets("c", SECONDS(20, 3, 21), "c"); /* out of order within: kept so */
	struct image m = three_packets();
	save("none", m.at, 24);
	expect("two", RUN("a", "b"), SC_OK, "1@1 a/1 2@2 b/1 3@4 a/1 4@4 a/1 5@4 b/1 6@5 b/1 7@9 a/1 ", "");
	expect("other order", RUN("b", "a"), SC_OK, "1@1 a/1 2@2 b/1 3@4 b/1 4@4 a/1 5@4 a/1 6@5 b/1 7@9 a/1 ", "");
	expect("disorder", RUN("none", "c", "b"), SC_OK, "1@2 b/1 2@4 b/1 3@5 b/1 4@20 c/1 5@3 c/1 6@21 c/1 ", "");
	expect("disorder alone", RUN("c"), SC_OK, "1@20 c/1 2@3 c/1 3@21 c/1 ", "");
	expect("twice", RUN("b", "b"), SC_OK, "1@2 b/1 2@2 b/1 3@4 b/1 4@4 b/1 5@5 b/1 6@5 b/1 ", "");
	int fd = open(path_of("b"), O_RDONLY), saved = dup(0);
	dup2(fd, 0);
	expect("standard input", RUN("a", "-", "-"), SC_EINPUT,
		"1@1 a/1 2@2 b/1 3@4 a/1 4@4 a/1 5@4 b/1 6@5 b/1 7@9 a/1 ",
		"3 standard input: is named twice; it can be read once\n");
	dup2(saved, 0);
	close(saved);
	close(fd);
	static const char *const names[] = { "a", "b", "c", "none" };
	for (size_t i = 0; i < COUNT(names); i++)
		unlink(path_of(names[i]));
}

static void remove_many(unsigned count)
{
	char name[32];
	for (unsigned i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "many/%u", i);
		unlink(path_of(name));
	}
	rmdir(path_of("many"));
}

static void many_files(void **state)
{
	(void)state;
	const unsigned count = 300;
	struct sc_source_facts facts;
	char name[32];
	char where[128];
	const char *directory = where;
	snprintf(where, sizeof(where), "%s", path_of("many"));
	mkdir(directory, 0700);
	for (unsigned i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "many/%u", i);
		save_packets(name, SECONDS(1000 - i, 1000 - i), "x");
	}
	assert_int_equal(run((struct sc_source_config){ .paths = &directory, .path_count = 1 }, &facts), SC_OK);
	assert_int_equal(facts.packets, 2 * count);
	assert_int_equal(facts.files, count);
	assert_memory_equal(listed, "1@701 x/1 2@701 x/1 3@702 ", 26);
	for (unsigned i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "many/%u", i);
		save_packets(name, SECONDS(i, 1000), "x");
	}
	assert_int_equal(run((struct sc_source_config){ .paths = &directory, .path_count = 1 }, &facts), SC_EINPUT);
	assert_int_equal(facts.packets, 2 * 256);
	assert_non_null(strstr(said, "many/299: left out: more than 256 captures overlap in time"));
	remove_many(count);
}

static void directories(void **state)
{
	(void)state;
	static const char *const made[] = { "d", "d/b", "d/b/deep", "d/empty", "e", "f" };
	for (size_t i = 0; i < COUNT(made); i++)
		mkdir(path_of(made[i]), 0700);
	save_packets("d/z", SECONDS(1), "z");
	save_packets("d/b/deep/y", SECONDS(1), "y");
	save_packets("d/a", SECONDS(1), "a");
	save("d/README", "text\n", 5);
	save("d/nothing", "", 0);
	save("f/README", "text\n", 5);
	assert_int_equal(symlink("..", path_of("d/b/loop")), 0);
	assert_int_equal(mkfifo(path_of("d/pipe"), 0600), 0); /* opening it would wait for ever */
	expect("nested, sorted", RUN("d"), SC_OK, "1@1 a/1 2@1 y/1 3@1 z/1 ", "");
	expect("trailing slash", RUN("d/"), SC_OK, "1@1 a/1 2@1 y/1 3@1 z/1 ", "");
	expect("empty", RUN("e"), SC_EINPUT, "", "3 e: the directory holds no files\n");
	expect("no capture", RUN("f"), SC_EINPUT, "", "3 f: the directory holds no capture\n");
	expect("both", RUN("f", "d/b"), SC_EINPUT, "1@1 y/1 ", "3 f: the directory holds no capture\n");
	struct image m = three_packets();
	save("d/z", m.at, 60);
	expect("a damaged one", RUN("d"), SC_EDAMAGED, "1@1 a/1 2@1 y/1 3@1 one/3 ",
		"4 d/z: cut short in packet 2; the packet before it was read\n");
	static const char *const files[] = {
		"d/z", "d/b/deep/y", "d/a", "d/README", "d/nothing", "f/README", "d/b/loop", "d/pipe",
	};
	for (size_t i = 0; i < COUNT(files); i++)
		unlink(path_of(files[i]));
	for (size_t i = COUNT(made); i > 0; i--)
		rmdir(path_of(made[i - 1]));
}

#define FRAME_HEAD "\0\0\0\0\0\1\0\0\0\0\0\2\x08\0"
#define IP_TCP_25  "\x45\0\0\x28\0\0\0\0\x40\6\0\0\xc0\0\2\1\xc0\0\2\2\0\x19\4\0\0\0\0\0\0\0\0\0\x50\2\0\0\0\0\0\0"
#define IP_TCP_80  "\x45\0\0\x28\0\0\0\0\x40\6\0\0\xc0\0\2\1\xc0\0\2\2\0\x50\4\0\0\0\0\0\0\0\0\0\x50\2\0\0\0\0\0\0"

static void save_links(void)
{
	struct image m = new_image();
	put_section(&m, false);
	put_interface(&m, SC_LINK_ETHERNET);
	put_interface(&m, SC_LINK_RAW);
	put_interface(&m, 147);
	put_enhanced(&m, 0, 1000000, SC_STR(FRAME_HEAD IP_TCP_25), 54);
	put_enhanced(&m, 0, 2000000, SC_STR(FRAME_HEAD IP_TCP_80), 54);
	put_enhanced(&m, 1, 3000000, SC_STR(IP_TCP_80), 40);
	put_enhanced(&m, 1, 4000000, SC_STR(IP_TCP_25), 40);
	put_enhanced(&m, 2, 5000000, SC_STR(IP_TCP_25), 40);
	save("links", m.at, m.len);
}

static void filters(void **state)
{
	(void)state;
	static const struct {
		const char *name, *filter;
		uint32_t snap;
		sc_err   err;
		uint64_t filtered, truncated;
		const char *said;
	} cases[] = {
		{ "none", NULL, 0, SC_OK, 0, 0, "" },
		{ "empty", "", 0, SC_OK, 0, 0, "" },
		{ "port", "tcp port 25", 0, SC_OK, 3, 0, "0 filter: cannot be used on link type 147" },
		{ "port, snap", "tcp port 80", 20, SC_OK, 3, 2, "0 filter: cannot be used on link type 147" },
		{ "snap", NULL, 54, SC_OK, 0, 0, "" },
		{ "syntax", "tcp porrt 25", 0, SC_EUSAGE, 0, 0, "2 filter: \"tcp porrt 25\": " },
		{ "one link type only", "ether src 0:0:0:0:0:2", 0, SC_OK, 3, 0, "0 filter: cannot be used on raw IP" },
		{ "not on Ethernet", "type mgt", 0, SC_OK, 5, 0, "0 filter: cannot be used on Ethernet" },
	};
	save_links();
	const char *path = path_of("links");
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sc_source_facts facts = { 0 };
		struct sc_source_config config = { .paths = &path, .path_count = 1 };
		config.filter = cases[i].filter;
		config.snap = cases[i].snap;
		sc_err err = run(config, &facts);
		bool counts = facts.filtered == cases[i].filtered && facts.truncated == cases[i].truncated;
		if (err != cases[i].err || !counts || strncmp(said, cases[i].said, strlen(cases[i].said)) != 0)
			fail_msg("%s: %d, %u filtered, %u truncated, said %s", cases[i].name, err,
				(unsigned)facts.filtered, (unsigned)facts.truncated, said);
	}
	unlink(path);
}

static void count_octets(void *ctx, sc_str text)
{
	*(size_t *)ctx += text.len;
}

static void facts_and_progress(void **state)
{
	(void)state;
	struct image m = three_blocks();
	open_block(&m, 10);
	put32(&m, 0x544c534b);
	put32(&m, 5);
	put(&m, "keys\n", 5);
	close_block(&m);
	open_block(&m, 5);
	put32(&m, 0);
	put_number(&m, 0, 8);
	put_option(&m, 5, 42, 8);
	close_block(&m);
	save("x", m.at, m.len);
	save("y", m.at, m.len);
	char x[128], y[128];
	snprintf(x, sizeof(x), "%s", path_of("x"));
	snprintf(y, sizeof(y), "%s", path_of("y"));
	for (size_t count = 1; count <= 2; count++) {
		struct sc_source *s;
		struct sc_source_facts facts;
		struct sc_packet pkt;
		uint64_t read, total;
		size_t keys = 0;
		struct sc_source_config config = { .paths = (const char *[]){ x, y }, .path_count = count };
		assert_int_equal(sc_source_open(&s, &config), SC_OK);
		sc_source_on_secrets(s, count_octets, &keys);
		while (sc_source_next(s, &pkt))
			continue;
		sc_source_facts(s, &facts);
		sc_source_progress(s, &read, &total);
		assert_int_equal(keys, 5 * count);
		assert_int_equal(facts.secrets, count);
		assert_int_equal(facts.dropped, 42 * count);
		assert_int_equal(facts.packets, 3 * count);
		assert_string_equal(facts.link_names, "Ethernet, Linux cooked v2");
		assert_int_equal(total, m.len * count);
		assert_int_equal(read, total);
		sc_source_close(s);
	}
}

static volatile sig_atomic_t stop;

static void on_alarm(int signal)
{
	(void)signal;
	stop = 1;
}

static void stopping(void **state)
{
	(void)state;
	struct image m = three_packets();
	int ends[2], saved = dup(0);
	assert_int_equal(pipe(ends), 0);
	dup2(ends[0], 0);
	assert_int_equal(write(ends[1], m.at, m.len - 1), (ssize_t)m.len - 1); /* and the writer goes on, slowly */
	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = on_alarm }, NULL);
	const struct itimerval soon = { .it_interval = { 0, 20000 }, .it_value = { 0, 20000 } }, never = { 0 };
	setitimer(ITIMER_REAL, &soon, NULL);
	const char *path = "-";
	struct sc_source_config config = { .paths = &path, .path_count = 1, .stop = &stop };
	expect("stopped", run(config, NULL), SC_OK, prefixes[2], "");
	setitimer(ITIMER_REAL, &never, NULL);
	dup2(saved, 0);
	close(saved);
	close(ends[0]);
	close(ends[1]);
}

static int make_home(void **state)
{
	(void)state;
	return mkdtemp(home) ? 0 : -1;
}

static int remove_home(void **state)
{
	(void)state;
	unlink(path_of("x"));
	unlink(path_of("y"));
	return rmdir(home);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packings),    cmocka_unit_test(cuts),    cmocka_unit_test(refusals),
		cmocka_unit_test(merging),     cmocka_unit_test(filters), cmocka_unit_test(many_files),
		cmocka_unit_test(directories), cmocka_unit_test(facts_and_progress), cmocka_unit_test(stopping),
	};
	return cmocka_run_group_tests(tests, make_home, remove_home);
}
