/* test_pcapng_secrets.c - secrets in pcapng files: wherever they stand, however long they claim to be, and once only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "image.h"
#include "input/source.h"

#define TLSK 0x544c534bu
#define FAR_AWAY  (70u << 20)

static char octets[1 << 16];
static char heard[1 << 12]; /* what was handed out, in that order, and a dot for each packet */

static struct image new_file(void)
{
	struct image m = { .at = octets, .size = sizeof(octets) };
	put_section(&m, false);
	put_interface(&m, 1);
	return m;
}

static void put_secrets(struct image *m, uint32_t type, const char *text, uint32_t claimed)
{
	open_block(m, 10);
	put32(m, type);
	put32(m, claimed);
	put(m, text, strlen(text));
	close_block(m);
}

static void put_packet(struct image *m)
{
	put_enhanced(m, 0, 1000000, SC_STR("octets"), 6);
}

static void hear(void *ctx, sc_str text)
{
	(void)ctx;
	size_t len = strlen(heard);
	snprintf(heard + len, sizeof(heard) - len, "[%.*s]", (int)text.len, text.at);
}

/* Reads the files; gives how that ended, and how many secrets blocks were counted. */
static sc_err read_files(const char *const *paths, size_t count, uint64_t *secrets)
{
	struct sc_source *s;
	struct sc_packet pkt;
	struct sc_source_facts facts;
	*heard = 0;
	assert_int_equal(sc_source_open(&s, &(struct sc_source_config){ .paths = paths, .path_count = count }), SC_OK);
	sc_source_on_secrets(s, hear, NULL);
	while (sc_source_next(s, &pkt) == SC_SOURCE_PACKET)
		strcat(heard, ".");
	sc_source_facts(s, &facts);
	*secrets = facts.secrets;
	sc_err err = sc_source_result(s);
	sc_source_close(s);
	return err;
}

static void save(int fd, const void *at, size_t len)
{
	assert_int_equal(write(fd, at, len), (ssize_t)len);
}

static int new_fd(char path[64])
{
	int fd = memfd_create("capture", 0);
	assert_true(fd >= 0);
	snprintf(path, 64, "/proc/self/fd/%d", fd);
	return fd;
}

static void expect(const struct image *m, const char *want, uint64_t blocks, sc_err ending)
{
	char path[64];
	const char *paths[] = { path, path };
	uint64_t secrets;
	int fd = new_fd(path);
	save(fd, m->at, m->len);
	sc_err err = read_files(paths, 1, &secrets);
	if (strcmp(heard, want) != 0 || secrets != blocks || err != ending)
		fail_msg("want %s, %u blocks, end %d; got %s, %u blocks, end %d", want, (unsigned)blocks, ending, heard,
			 (unsigned)secrets, err);
	close(fd);
}

static void test_places(void **state)
{
	(void)state;
	struct image m = new_file();
	put_secrets(&m, TLSK, "first", 5);
	put_packet(&m);
	put_secrets(&m, TLSK, "between", 7);
	put_packet(&m);
	put_section(&m, true); /* in the other byte order */
	put_interface(&m, 1);
	put_packet(&m);
	put_secrets(&m, TLSK, "last", 4);
	expect(&m, "[first][between][last]...", 3, SC_OK);
	m = new_file();
	put_secrets(&m, TLSK, "no packets at all", 17);
	expect(&m, "[no packets at all]", 1, SC_OK);
}

/* A length that lies gives what is there; another kind of secret, nothing; a block that cannot be ends the reading, but what
 * stood before it counts. */
static void test_hostile(void **state)
{
	(void)state;
	struct image m = new_file();
	put_packet(&m);
	put_secrets(&m, TLSK, "lies", 0xffffffff);
	put_secrets(&m, TLSK, "none", 0);
	put_secrets(&m, 0x57474b4c, "not TLS", 7);
	expect(&m, "[lies][].", 3, SC_OK);
	open_block(&m, 10); /* no room for its head */
	put32(&m, TLSK);
	close_block(&m);
	put_secrets(&m, TLSK, "behind", 6);
	expect(&m, "[lies][].", 3, SC_EDAMAGED);
	m = new_file();
	put_packet(&m);
	put_secrets(&m, TLSK, "cut", 3);
	m.len -= 2;
	expect(&m, ".", 0, SC_EDAMAGED);
	m = new_file();
	put_secrets(&m, TLSK, "good", 4);
	size_t at = m.len;
	put_secrets(&m, TLSK, "too long for anyone", 19);
	m.len = at + 4;
	put32(&m, 0xfffffff0); /* its length */
	m.len = at + 32;
	expect(&m, "[good]", 1, SC_EDAMAGED);
}

/* Behind more octets than a record may have; these are a hole of the file. */
static void test_far(void **state)
{
	(void)state;
	char path[64];
	const char *paths[] = { path };
	uint64_t secrets;
	int fd = new_fd(path);
	struct image m = new_file();
	put_packet(&m);
	open_block(&m, 0xbad);
	size_t head = m.block;
	close_block(&m);
	m.len = head + 4;
	put32(&m, FAR_AWAY);
	save(fd, m.at, m.len);
	assert_int_equal(lseek(fd, (off_t)head + FAR_AWAY - 4, SEEK_SET), (off_t)head + FAR_AWAY - 4);
	m.len = 0;
	put32(&m, FAR_AWAY);
	put_packet(&m);
	put_secrets(&m, TLSK, "far", 3);
	save(fd, m.at, m.len);
	assert_int_equal(read_files(paths, 1, &secrets), SC_OK);
	assert_string_equal(heard, "[far]..");
	close(fd);
}

/* Those of all files come before the first packet of any, once; of a packed file, too. */
static void test_files(void **state)
{
	(void)state;
	char path[2][64];
	const char *paths[] = { path[0], path[1] };
	uint64_t secrets;
	int plain = new_fd(path[0]), packed = new_fd(path[1]);
	struct image m = new_file();
	put_packet(&m);
	put_secrets(&m, TLSK, "plain", 5);
	save(plain, m.at, m.len);
	m = new_file();
	put_packet(&m);
	put_secrets(&m, TLSK, "packed", 6);
	gzFile z = gzdopen(dup(packed), "wb");
	assert_int_equal(gzwrite(z, m.at, (unsigned)m.len), (int)m.len);
	gzclose(z);
	assert_int_equal(read_files(paths, 2, &secrets), SC_OK);
	assert_non_null(strstr(heard, "[plain]"));
	assert_non_null(strstr(heard, "[packed]"));
	assert_string_equal(heard + strlen("[plain][packed]"), "..");
	assert_int_equal(secrets, 2);
	close(plain);
	close(packed);
}

/* Of a pipe nobody can know what comes: they are handed out where they stand. */
static void test_pipe(void **state)
{
	(void)state;
	int ends[2];
	char path[64];
	const char *paths[] = { path };
	uint64_t secrets;
	struct image m = new_file();
	put_packet(&m);
	put_secrets(&m, TLSK, "between", 7);
	put_packet(&m);
	assert_int_equal(pipe(ends), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
	save(ends[1], m.at, m.len);
	close(ends[1]);
	assert_int_equal(read_files(paths, 1, &secrets), SC_OK);
	assert_string_equal(heard, ".[between].");
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_far),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_pipe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
