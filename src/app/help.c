/* help.c - what a person who never saw the program needs on one screen, recipes first; 80 columns. */
#include "app/help.h"

#include <openssl/crypto.h>
#include <pcap/pcap.h>
#include <zlib.h>
#include <zstd.h>

#include "app/options.h"
#include "app/say.h"
#include "base/text.h"
#include "input/ndpi.h"

#define COLUMNS     80
#define INDENT      26 /* where the explanation of an option begins */
#define MODE_INDENT 12

const char *const sc_help_groups[] = {
	[SC_GROUP_SOURCE]    = "What to read",
	[SC_GROUP_SELECTION] = "What to look at",
	[SC_GROUP_OUTPUT]    = "Output",
	[SC_GROUP_CAPTURE]   = "Capture",
	[SC_GROUP_GENERAL]   = "General",
};

static const char opening[] =
	"smtpscope reads mail traffic and tells what became of each mail.\n"
	"\n"
	"  smtpscope -r mail.pcap                        the dashboard, on a terminal\n"
	"  smtpscope report -r mail.pcap                 who was refused, and why\n"
	"  smtpscope list -r mail.pcap.zst               one line for each recipient\n"
	"  smtpscope list -r mail.pcap --where 'rcpt_to.domain == \"example.org\"' -f csv\n"
	"  smtpscope show -r mail.pcap --where 'outcome == \"rejected\"'   their dialogues\n"
	"  smtpscope find bob@example.org -r mail.pcap   everything about an address\n"
	"  smtpscope explain greylisted                  what a word means, what to do\n"
	"  smtpscope list -i eth0                        the same, as it happens\n"
	"  ssh mx1 tcpdump -U -w - port 25 | smtpscope list -r -   look from here\n"
	"\n"
	"Usage: smtpscope [MODE] [OPTION]... -r FILE... | -i NAME... [BPF-FILTER]\n"
	"\n"
	"MODE is the first word; without one: tui on a terminal, else log.\n";

static const char closing[] =
	"\n"
	"BPF-FILTER is a libpcap expression as in tcpdump: trailing words, or all words\n"
	"behind --.  Its words also match inside VLAN tags, tunnels and IP fragments,\n"
	"unless --exact-bpf.\n"
	"\n"
	"Exit: 0 done, 1 an output failed, 2 wrong call, 3 input cannot be read, 4 input\n"
	"damaged (all before it was read), 5 see --max-drop, 10 see --fail-on.\n"
	"The manual page smtpscope(1) says more.\n";

static bool put(const struct sc_writer *w, sc_str s)
{
	return w->write(w->ctx, s.at, s.len);
}

static void pad(struct sc_text *t, size_t from, size_t to)
{
	for (; from < to; from++)
		sc_text_put(t, ' ');
}

/* Takes as many words off `*rest` as fit in `columns`; at least one. */
static sc_str take_line(sc_str *rest, size_t columns)
{
	sc_str line = { rest->at, 0 };
	while (rest->len) {
		sc_str ahead = *rest;
		sc_str word = sc_str_word(&ahead);
		size_t len = (size_t)(word.at + word.len - line.at);
		if (line.len && len > columns)
			break;
		line.len = len;
		*rest = ahead;
	}
	*rest = sc_str_trim(*rest);
	return line;
}

/* `head`, then `text` wrapped in a column of its own from `indent` on. */
static bool put_entry(const struct sc_writer *w, sc_str head, sc_str text, size_t indent)
{
	char buf[2048];
	struct sc_text t = sc_text_into(buf, sizeof(buf));
	sc_text_add(&t, head);
	size_t at = head.len;
	if (at + 2 > indent) { /* too long to share its line */
		sc_text_put(&t, '\n');
		at = 0;
	}
	while (text.len) {
		pad(&t, at, indent);
		sc_text_add(&t, take_line(&text, COLUMNS - indent));
		sc_text_put(&t, '\n');
		at = 0;
	}
	return put(w, sc_text_str(&t));
}

static bool put_modes(const struct sc_writer *w)
{
	bool ok = put(w, SC_STR("\nModes:\n"));
	for (int mode = SC_MODE_none + 1; mode < SC_MODE_COUNT; mode++) {
		const struct sc_mode_row *row = &sc_mode_rows[mode];
		char head[32], text[256];
		struct sc_text h = sc_text_into(head, sizeof(head)), t = sc_text_into(text, sizeof(text));
		sc_text_adds(&h, "  ");
		sc_text_adds(&h, row->name);
		sc_text_adds(&t, row->words);
		sc_text_adds(&t, row->words[0] ? ": " : "");
		sc_text_adds(&t, row->help);
		ok = put_entry(w, sc_text_str(&h), sc_text_str(&t), MODE_INDENT) && ok;
	}
	return ok;
}

static bool put_option(const struct sc_writer *w, const struct sc_option_row *row)
{
	char head[80], text[1024];
	struct sc_text h = sc_text_into(head, sizeof(head)), t = sc_text_into(text, sizeof(text));
	char letter[] = { '-', row->letter, ',', ' ', '\0' };
	sc_text_adds(&h, "  ");
	sc_text_adds(&h, row->letter ? letter : "    ");
	sc_text_adds(&h, "--");
	sc_text_adds(&h, row->name);
	sc_text_adds(&h, row->argument ? " " : "");
	sc_text_adds(&h, row->argument ? row->argument : "");
	sc_text_adds(&t, row->help);
	bool later = row->kind == SC_OPTION_LATER;
	if (later)
		sc_text_adds(&t, " (not built yet)");
	if (!later && row->standard && row->standard[0] != '-') {
		sc_text_adds(&t, "; default ");
		sc_text_adds(&t, row->standard);
	}
	return put_entry(w, sc_text_str(&h), sc_text_str(&t), INDENT);
}

static bool put_group(const struct sc_writer *w, int group)
{
	bool ok = put(w, SC_STR("\n")) && put(w, sc_str_of(sc_help_groups[group])) && put(w, SC_STR(":\n"));
	for (int id = 0; id < SC_OPTIONS; id++)
		if (sc_option_rows[id].group == (enum sc_option_group)group)
			ok = put_option(w, &sc_option_rows[id]) && ok;
	return ok;
}

bool sc_help_write(const struct sc_writer *w)
{
	bool ok = put(w, SC_STR(opening)) && put_modes(w);
	for (int group = 0; group < SC_GROUPS; group++)
		ok = put_group(w, group) && ok;
	return put(w, SC_STR(closing)) && ok;
}

bool sc_version_write(const struct sc_writer *w)
{
	const struct sc_adviser_class *ndpi = sc_ndpi_class();
	const char *const lines[] = {
		"smtpscope " SC_VERSION "\n",
		pcap_lib_version(), "\n",
		"zlib ", zlibVersion(), "\n",
		"zstd ", ZSTD_versionString(), "\n",
		OpenSSL_version(OPENSSL_VERSION), "\n",
		ndpi ? "nDPI " : "without nDPI", ndpi ? ndpi->version() : "", "\n",
	};
	bool ok = true;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ok = put(w, sc_str_of(lines[i])) && ok;
	return ok;
}

static bool put_interface(const struct sc_writer *w, unsigned number, const pcap_if_t *device)
{
	char line[512];
	struct sc_text t = sc_text_into(line, sizeof(line) - 1);
	sc_text_number(&t, number);
	sc_text_put(&t, '.');
	sc_text_visible(&t, sc_str_of(device->name));
	if (device->description) {
		sc_text_adds(&t, " (");
		sc_text_visible(&t, sc_str_of(device->description));
		sc_text_put(&t, ')');
	}
	bool up = device->flags & PCAP_IF_UP, running = device->flags & PCAP_IF_RUNNING;
	sc_text_adds(&t, up && running ? " [Up, Running]" : up ? " [Up]" : "");
	t.size = sizeof(line);
	sc_text_put(&t, '\n');
	return put(w, sc_text_str(&t));
}

sc_err sc_interfaces_write(const struct sc_writer *w)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	pcap_if_t *devices = NULL;
	unsigned number = 0;
	bool ok = true;
	if (pcap_findalldevs(&devices, why) != 0) {
		sc_say("-D", "the interfaces cannot be listed: %s", why);
		return SC_EINPUT;
	}
	for (const pcap_if_t *device = devices; device; device = device->next)
		ok = put_interface(w, ++number, device) && ok;
	pcap_freealldevs(devices);
	if (number == 0)
		sc_say("-D", "no interface can be captured on; it takes root or CAP_NET_RAW");
	return ok ? SC_OK : SC_EFAILED;
}
