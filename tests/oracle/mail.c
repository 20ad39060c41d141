/* mail.c - what the reader of messages finds in files: one line a value, for mail.py to compare. */
#include <stdio.h>

#include "message_play.h"

static void line(const char *key, sc_str value)
{
	printf("%s\t%.*s\n", key, (int)value.len, value.at ? value.at : "");
}

static void parts(const struct sc_list *list)
{
	const struct sc_ev_part *part = list->items;
	for (uint32_t i = 0; i < list->count; i++, part++) {
		line("type", part->type);
		line("name", part->name);
		if (part->size != SC_NONE)
			printf("size\t%llu\n", (unsigned long long)part->size);
		line("sha256", part->sha256);
		line("section", part->section);
		line("within", part->within);
	}
}

static void read_file(const struct sc_message_host *host, FILE *f)
{
	static char run[1460];
	struct sc_message *m = sc_message_open(host, false);
	struct sc_ev_message ev;
	SC_ASSERT(m);
	for (size_t n; (n = fread(run, 1, sizeof(run), f));)
		sc_message_feed(m, (sc_str){ run, n });
	sc_message_end(m);
	sc_message_tell(m, &ev);
	line("message_id", ev.message_id);
	line("subject", ev.subject);
	line("from", ev.from);
	line("from_name", ev.from_name);
	for (uint32_t i = 0; i < ev.to.count; i++)
		line("to", ev.to.items[i]);
	parts(&ev.parts);
	sc_message_close(m);
}

int main(int argc, char **argv)
{
	struct message_play p;
	message_play_open(&p, 16 << 20, true);
	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		if (!f)
			return 1;
		printf("file\t%s\n", argv[i]);
		read_file(&p.host, f);
		fclose(f);
	}
	message_play_close(&p);
	return 0;
}
