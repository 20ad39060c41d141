/* notes.c - what is said when the reading has ended, and which exit code that makes.
 *
 * A line each on standard error, for whoever reads only the output and would draw a wrong conclusion from it. */
#include "app/notes.h"

#include "app/say.h"

#define COPIES_LEAST 10u /* packets that are copies, and more than one in COPIES_SHARE: then it is told */
#define COPIES_SHARE 20u

bool sc_notes_drops(const struct sc_source_facts *facts, double most)
{
	double all = (double)facts->packets + (double)facts->dropped;
	if (most < 0 || all == 0 || (double)facts->dropped / all <= most)
		return false;
	sc_say("--max-drop", "the capture lost %llu of %.0f packets; give it more buffer or a BPF filter",
	       (unsigned long long)facts->dropped, all);
	return true;
}

/* A mirror that gives everything twice costs half of what the capture can bear. */
static void say_copies(const struct sc_counters *c)
{
	uint64_t followed = sc_counters_packets_followed(c);
	if (c->packets_mirrored >= COPIES_LEAST && c->packets_mirrored > followed / COPIES_SHARE)
		sc_say(NULL, "%llu of %llu TCP packets are copies, as mirror ports make them; each was read once",
		       (unsigned long long)c->packets_mirrored, (unsigned long long)followed);
}

void sc_notes_say(const struct sc_fan_sums *sums, uint64_t forgotten, bool fan)
{
	const struct sc_counters *c = &sums->totals.counters;
	if (sums->facts.packets && c->mail_flows == 0)
		sc_say(NULL, "no SMTP in %llu packets; smtpscope doctor with the same options tells why",
		       (unsigned long long)sums->facts.packets);
	say_copies(c);
	if (forgotten)
		sc_say("--mem", "%llu messages that waited for another attempt were forgotten, so retries may be missed; give a larger"
		       " --mem", (unsigned long long)forgotten);
	if (c->sessions_unwaited)
		sc_say("--keylog", "the TLS keys of %llu sessions were not waited for to the end, for want of room; give a larger --mem, or"
		       " the keys before the packets", (unsigned long long)c->sessions_unwaited);
	if (fan && c->datagrams_timed_out)
		sc_say("--fanout", "%llu IP datagrams in fragments were not put together; the kernel spreads those of IPv6 over all"
		       " sockets, so read them without it", (unsigned long long)c->datagrams_timed_out);
}

int sc_notes_worst(sc_err output, sc_err input, bool drops, bool matched)
{
	int reasons[] = { output, input, drops ? SC_EXIT_DROPS : 0, matched ? SC_EXIT_MATCHED : 0 };
	int worst = 0;
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i] && (worst == 0 || reasons[i] < worst))
			worst = reasons[i];
	return worst;
}
