/* certificates.c - what is wrong with a server's certificate, as far as it is visible (up to TLS 1.2, or opened), at the time of the
 * capture: not valid yet, not valid for long, signed by itself where mail programs verify (diagnosis cert_problem).
 *
 * That it has expired, is for another name or weak, a finding tells (tls_weak).  Between mail servers nobody verifies who signed.
 * Told once a day of each server and certificate.
 */
#include "story/certificates.h"

#include "base/hash.h"
#include "base/text.h"
#include "story/shelf.h"
#include "story/tell.h"

#define DAY  (86400 * SC_SECOND)
#define SOON (14 * DAY) /* whoever renews by hand needs as long */

struct certificates {
	struct sc_observer_config config;
	struct sc_shelf told;
};

struct told {
	struct sc_entry entry;
	sc_time when;
};

static void say_day(struct sc_text *t, sc_time when)
{
	char room[40];
	struct sc_text date = sc_text_into(room, sizeof(room));
	sc_text_time(&date, when);
	sc_text_add(t, sc_str_slice(sc_text_str(&date), 0, 10));
}

/* What is wrong; false: nothing. */
static bool say_problem(struct sc_text *t, const struct sc_event *ev, const struct sc_ev_certificate *c)
{
	uint16_t port = ev->head->server.port;
	sc_time left = c->not_after == SC_TIME_NONE ? SC_TIME_NONE : c->not_after - ev->when;
	if (c->not_before != SC_TIME_NONE && c->not_before > ev->when) {
		sc_text_adds(t, " is not valid before ");
		say_day(t, c->not_before);
		sc_text_adds(t, "; it came too early, or a clock is wrong");
	} else if (left != SC_TIME_NONE && left >= 0 && left < SOON) {
		sc_text_adds(t, " expires in ");
		sc_tell_duration(t, left);
		sc_text_adds(t, ", on ");
		say_day(t, c->not_after);
	} else if ((port == 465 || port == 587) && c->subject.at && sc_str_equal(c->subject, c->issuer)) {
		sc_text_adds(t, " is signed by itself; mail programs warn of that, or refuse it");
	} else {
		return false;
	}
	return true;
}

static bool is_new(struct certificates *w, const struct sc_event *ev, const struct sc_ev_certificate *c)
{
	uint64_t parts[3] = { sc_hash(w->config.seed, c->sha256), ev->head->server.port, 0 };
	bool fresh;
	parts[2] = sc_hash(w->config.seed, (sc_str){ (const char *)ev->head->server.ip.octets, sizeof(ev->head->server.ip.octets) });
	uint64_t key = sc_hash(w->config.seed, (sc_str){ (const char *)parts, sizeof(parts) });
	struct told *told = sc_shelf_touch(&w->told, key, ev->when, &fresh);
	bool due = fresh || ev->when - told->when >= DAY;
	told->when = due ? ev->when : told->when;
	return due;
}

static void certificates_observe(void *self, const struct sc_event *ev)
{
	struct certificates *w = self;
	const struct sc_ev_certificate *c = &((const struct sc_ev_tls *)ev->body)->certificate;
	char room[SC_TELL_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	if (!ev->head || !c->sha256.at)
		return;
	sc_text_adds(&t, "The certificate of server ");
	sc_text_ip(&t, &ev->head->server.ip);
	sc_text_adds(&t, " (");
	sc_text_visible(&t, sc_str_slice(c->subject, 0, 100));
	sc_text_put(&t, ')');
	if (!say_problem(&t, ev, c) || !is_new(w, ev, c))
		return;
	sc_text_put(&t, '.');
	sc_tell_diagnosis(&w->config, ev->head, SC_DIAGNOSIS_cert_problem, &t);
}

static sc_err certificates_open(void *self, const struct sc_observer_config *config)
{
	struct certificates *w = self;
	w->config = *config;
	return sc_shelf_open(&w->told, sizeof(struct told), config->memory) ? SC_OK : SC_EFAILED;
}

static void certificates_close(void *self)
{
	struct certificates *w = self;
	sc_shelf_close(&w->told);
}

const struct sc_observer_class sc_certificates_class = {
	.name    = "certificates",
	.summary = "certificates of servers that make trouble soon",
	.more    = SC_WANT(SC_EVENT_tls),
	.more_for = SC_WANT(SC_EVENT_diagnosis),
	.tells   = SC_WANT(SC_EVENT_diagnosis),
	.share   = 1,
	.size    = sizeof(struct certificates),
	.open    = certificates_open,
	.observe = certificates_observe,
	.close   = certificates_close,
};
