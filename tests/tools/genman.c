/* genman.c - writes the manual page smtpscope(1) to standard output: prose from here, modes and options from the
 * tables that the program itself reads. */
#include <stdio.h>
#include <string.h>

#include "app/help.h"
#include "app/options.h"
#include "tui/keys.h"

/* Arrows as roff knows them: the octets taken. */
static size_t put_arrow(const char *s)
{
	static const char *const arrows[][2] = { { "↑", "\\(ua" }, { "↓", "\\(da" }, { "←", "\\(<-" }, { "→", "\\(->" } };
	for (size_t i = 0; i < sizeof(arrows) / sizeof(arrows[0]); i++)
		if (strncmp(s, arrows[i][0], strlen(arrows[i][0])) == 0) {
			fputs(arrows[i][1], stdout);
			return strlen(arrows[i][0]);
		}
	return 0;
}

/* Text for roff: a hyphen is a hyphen, a backslash stays one, and no line begins with a control character. */
static void put_text(const char *s)
{
	if (*s == '.' || *s == '\'')
		fputs("\\&", stdout);
	for (; *s; s++) {
		size_t arrow = put_arrow(s);
		if (arrow)
			s += arrow - 1;
		else if (*s == '-')
			fputs("\\-", stdout);
		else if (*s == '\\')
			fputs("\\e", stdout);
		else
			putchar(*s);
	}
}

static void put_bold(const char *s)
{
	fputs("\\fB", stdout);
	put_text(s);
	fputs("\\fR", stdout);
}

static void put_italic(const char *s)
{
	fputs("\\fI", stdout);
	put_text(s);
	fputs("\\fR", stdout);
}

static void put_modes(void)
{
	puts(".SH MODES\nThe mode is the first word.  Without one it is \\fBtui\\fR when standard output\n"
	     "is a terminal, else \\fBlog\\fR.");
	for (int mode = SC_MODE_none + 1; mode < SC_MODE_COUNT; mode++) {
		const struct sc_mode_row *row = &sc_mode_rows[mode];
		puts(".TP");
		put_bold(row->name);
		if (row->words[0]) {
			putchar(' ');
			put_italic(row->words);
		}
		putchar('\n');
		put_text(row->help);
		putchar('\n');
	}
}

static void put_option(const struct sc_option_row *row)
{
	const char letter[] = { '-', row->letter, '\0' };
	puts(".TP");
	if (row->letter) {
		put_bold(letter);
		fputs(", ", stdout);
	}
	fputs("\\fB\\-\\-", stdout);
	put_text(row->name);
	fputs("\\fR", stdout);
	if (row->argument) {
		putchar(' ');
		put_italic(row->argument);
	}
	putchar('\n');
	put_text(row->help);
	if (row->kind == SC_OPTION_LATER)
		fputs(" (not built yet)", stdout);
	else if (row->standard) {
		fputs("; default ", stdout);
		put_text(row->standard);
	}
	putchar('\n');
}

static void put_options(void)
{
	puts(".SH OPTIONS\nLong options take their argument behind a space or an equals sign, short ones\n"
	     "attached or behind a space; flags may be bundled.  Names are never abbreviated.");
	for (int group = 0; group < SC_GROUPS; group++) {
		fputs(".SS ", stdout);
		puts(sc_help_groups[group]);
		for (int id = 0; id < SC_OPTIONS; id++)
			if (sc_option_rows[id].group == (enum sc_option_group)group)
				put_option(&sc_option_rows[id]);
	}
}

static void put_group(const char *group, const char *title)
{
	const struct sc_key_row *k;
	fputs(".SS ", stdout);
	puts(title);
	for (size_t i = 0; (k = sc_key_row(i)); i++) {
		if (strcmp(k->group, group) != 0)
			continue;
		puts(".TP");
		put_bold(k->shown);
		putchar('\n');
		put_text(k->help);
		putchar('\n');
	}
}

static void put_keys(void)
{
	puts(".SH KEYS\nOf the dashboard.  A key has one meaning on every screen, and does nothing where it makes no\n"
	     "sense; \\fB1\\fR to \\fB9\\fR go to the screen of that number.");
#define GROUP(name, title) put_group(#name, title);
	SC_KEY_GROUPS(GROUP)
#undef GROUP
}

static const char opening[] =
	".TH SMTPSCOPE 1 \"\" \"smtpscope " SC_VERSION "\" \"User Commands\"\n"
	".SH NAME\n"
	"smtpscope \\- read captured mail traffic and tell what became of each mail\n"
	".SH SYNOPSIS\n"
	".B smtpscope\n"
	"[\\fIMODE\\fR] [\\fIOPTION\\fR]... \\fB\\-r\\fR \\fIFILE\\fR... [\\fIBPF\\-FILTER\\fR]\n"
	".SH DESCRIPTION\n"
	"smtpscope reads packets, joins them to TCP connections, reads the SMTP and LMTP dialogues\n"
	"inside, and tells for\n"
	"every recipient what became of the mail: accepted, deferred, rejected, withdrawn, aborted, in\n"
	"doubt, or unknown\n"
	"because the capture lacks the bytes that decide.  It never sends a packet and asks no name server.\n"
	".PP\n"
	"Words that belong to the mode stand before the options, or behind them where they cannot be\n"
	"mistaken.  All other\n"
	"words, and all behind \\fB\\-\\-\\fR, are a filter expression of\n"
	".BR pcap\\-filter (7),\n"
	"as for\n"
	".BR tcpdump (8).\n"
	".PP\n"
	"\\fB\\-\\-where\\fR and \\fB\\-\\-fail\\-on\\fR take expressions over the fields of the\n"
	"events: == != < <= > >=, in { },\n"
	"contains, startswith, endswith, matches, and, or, not and parentheses.  Numbers take k M G ms\n"
	"s m h.  A\n"
	"comparison with a field that is absent is false.  \\fBlog\\fR tests each event and\n"
	"\\fBlist\\fR each row;\n"
	"\\fBshow\\fR, \\fBfind\\fR and \\fBreport\\fR keep a session when one of its events matches.\n"
	".PP\n"
	"With \\fB\\-\\-privacy\\fR the local part of every mail address is replaced before anything\n"
	"is written: by a\n"
	"pseudonym under the key that \\fB\\-\\-seed\\fR gives, else under a random one, or by\n"
	"nothing.  Free text may still\n"
	"name a person.  Filters see the addresses as they are.\n";

static const char closing[] =
	".SH CONFIGURATION\n"
	"The file of \\fB\\-\\-config\\fR holds lines \\fIkey\\fR = \\fIvalue\\fR.  The keys are the\n"
	"long options without their\n"
	"hyphens; flags take yes or no; a value may stand in double quotes; lines that begin with #\n"
	"are comments.  What\n"
	"the command line gives wins.  An unknown key is an error.\n"
	".SH OWN RULES\n"
	"The file of \\fB\\-\\-rules\\fR holds rules that name the cause of a refusal, in the form of the built\\-in ones:\n"
	".PP\n.EX\n"
	"  # lines that begin with # are comments\n"
	"  SC_RULE(\"acme:full\", mailbox_full, \"5\", \"vault is full|no room in the vault & !test\")\n"
	"  SC_RULE(\"acme:new\", greylisted, \"450 x.7.1 @rcpt\", \"^first visit|~seen~ & %wait.example.org\")\n"
	".EE\n.PP\n"
	"The parts are a name, which appears as \\fIrule\\fR in the events, a cause (\\fBsmtpscope explain\n"
	"cause\\fR), conditions and words.\n"
	"Conditions, all of which must hold: 4 or 5 for the class of the code; reply codes, one of which must be\n"
	"it; an enhanced code, where x is any class, as x.7.1, x.7.700\\-749 or x.7; @phases, one of which must be it.\n"
	"Words are sought in the text as it reads in small Latin letters, without accents, _ and enhanced codes,\n"
	"with @ for every mail address and ip4 for every IPv4 address; Chinese, Japanese and Korean stay as they are.\n"
	"Between words, | is or and \" & \" is and; ! before a clause: none of its words.  ~ at an end of a word:\n"
	"no letter or figure beyond; ^ before and $ behind: where the text begins and ends; % before: in links\n"
	"and host names too; #list: the name of any block list.\n"
	".PP\n"
	"The first rule that holds decides.  Own rules with words come before all built\\-in rules, own rules without\n"
	"words behind the built\\-in words and before the built\\-in meaning of codes.  A string may go on in another one\n"
	"behind it.  A mistake is told with line and column, and ends the program.\n"
	".SH EXIT STATUS\n"
	".TP\n0\ndone\n"
	".TP\n1\nfailed while running: an output could not be written\n"
	".TP\n2\nwrong call: unknown option or field, bad filter, bad configuration\n"
	".TP\n3\nan input cannot be read: no such file, no permission, not a capture, an empty file\n"
	".TP\n4\nan input is damaged: cut short or corrupt; everything before was processed and reported\n"
	".TP\n5\nthe capture lost more packets than \\fB\\-\\-max\\-drop\\fR allows\n"
	".TP\n10\n\\fB\\-\\-fail\\-on\\fR matched\n"
	".PP\n"
	"When several apply, the first of these but 0 is given.\n"
	".SH SIGNALS\n"
	".TP\nSIGINT, SIGTERM\nend the reading; everything known is still written.  A second one stops\n"
	"at once.\n"
	".TP\nSIGHUP\nreopens the files of \\fB\\-\\-output\\fR and \\fB\\-\\-json\\fR, for log rotation\n"
	".TP\nSIGUSR1\ngives one \\fBstats\\fR event and a line on standard error\n"
	".SH ENVIRONMENT\n"
	"COLUMNS is the width of text output, TZ the zone of its times, and TERM=dumb shows no progress.\n"
	".SH EXAMPLES\n"
	"Who was refused, and why:\n"
	".PP\n.EX\n  smtpscope report \\-r mail.pcap\n.EE\n.PP\n"
	"The recipients of one domain, as CSV:\n"
	".PP\n.EX\n  smtpscope list \\-r mail.pcap \\-\\-where \\(aqrcpt_to.domain ==\n"
	"\"example.org\"\\(aq \\-f csv\n.EE\n.PP\n"
	"The dialogues of refused mail:\n"
	".PP\n.EX\n  smtpscope show \\-r mail.pcap \\-\\-where \\(aqoutcome == \"rejected\"\\(aq\n.EE\n.PP\n"
	"A look at another host, as it happens:\n"
	".PP\n.EX\n  ssh mx1 tcpdump \\-U \\-w \\- port 25 | smtpscope list \\-r \\-\n.EE\n.PP\n"
	"A check for a monitoring system:\n"
	".PP\n.EX\n  smtpscope log \\-r mail.pcap \\-o /dev/null \\-\\-fail\\-on \\(aqoutcome ==\n"
	"\"in_doubt\"\\(aq\n.EE\n"
	".SH SEE ALSO\n"
	".BR tcpdump (8),\n"
	".BR pcap\\-filter (7),\n"
	"RFC 5321\n";

int main(void)
{
	fputs(opening, stdout);
	put_modes();
	put_options();
	put_keys();
	fputs(closing, stdout);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : SC_EFAILED;
}
