/* where.c - runs a compiled filter over an event: a few steps, no allocation, nothing written.
 *
 * The program was made from the schema (where_parse.c), so offsets and types are trusted; the event's strings are
 * wire data and only compared.  Text without case is ASCII without case: domains beyond ASCII are compared as octets.
 */
#include "engine/where_program.h"

#include "base/memory.h"
#include "base/text.h"

/* --- text ------------------------------------------------------------------------------------------------ */

/* RFC 5321 2.4: the local part may know case, the domain does not. */
static bool same_path(sc_str a, sc_str b)
{
	size_t at = sc_str_rfind(a, '@');
	if (at == SIZE_MAX || a.len != b.len)
		return sc_str_equal(a, b);
	return sc_str_equal(sc_str_slice(a, 0, at), sc_str_slice(b, 0, at)) &&
	       sc_str_equal_nocase(sc_str_from(a, at), sc_str_from(b, at));
}

static bool same_text(enum sc_where_class cls, sc_str a, sc_str b)
{
	if (cls == SC_CLASS_PATH)
		return same_path(a, b);
	return cls == SC_CLASS_LOCAL ? sc_str_equal(a, b) : sc_str_equal_nocase(a, b);
}

static int text_order(sc_str a, sc_str b)
{
	for (size_t i = 0; i < a.len && i < b.len; i++) {
		unsigned char ca = (unsigned char)sc_lower(a.at[i]), cb = (unsigned char)sc_lower(b.at[i]);
		if (ca != cb)
			return ca < cb ? -1 : 1;
	}
	return (a.len > b.len) - (a.len < b.len);
}

static bool order_holds(enum sc_where_op op, int order)
{
	switch (op) {
	case SC_OP_LT:
		return order < 0;
	case SC_OP_LE:
		return order <= 0;
	case SC_OP_GT:
		return order > 0;
	default:
		return order >= 0;
	}
}

static bool text_holds(enum sc_where_op op, enum sc_where_class cls, const struct sc_where_value *v, sc_str text)
{
	switch (op) {
	case SC_OP_EQ:
	case SC_OP_IN:
		return same_text(cls, text, v->text);
	case SC_OP_NE:
		return !same_text(cls, text, v->text);
	case SC_OP_CONTAINS:
		return sc_str_search_nocase(text, v->text) != SIZE_MAX;
	case SC_OP_STARTSWITH:
		return sc_str_starts_nocase(text, v->text);
	case SC_OP_ENDSWITH:
		return sc_str_ends_nocase(text, v->text);
	case SC_OP_MATCHES:
		return sc_pattern_search(v->pattern, text);
	default:
		return order_holds(op, text_order(text, v->text));
	}
}

bool sc_where_text(enum sc_where_op op, enum sc_where_class cls, const struct sc_where_value *values, size_t count,
                   sc_str text)
{
	if (!text.at)
		return false;
	for (size_t i = 0; i < count; i++)
		if (text_holds(op, cls, &values[i], text))
			return true;
	return false;
}

/* --- one field of one struct ----------------------------------------------------------------------------- */

/* A test at work: what it asks, where it looks, what it compares with. */
struct probe {
	const struct sc_where_test  *test;
	const struct sc_where_ref   *ref;
	const struct sc_where_value *values;
};

static bool probe_text(const struct probe *p, sc_str text)
{
	const struct sc_where_test *t = p->test;
	return sc_where_text((enum sc_where_op)t->op, (enum sc_where_class)t->cls, p->values, t->count, text);
}

static bool probe_key(const struct probe *p, uint64_t key)
{
	enum sc_where_op op = (enum sc_where_op)p->test->op;
	uint64_t value = p->values[0].key;
	if (op == SC_OP_NE)
		return key != value;
	if (op != SC_OP_EQ && op != SC_OP_IN)
		return order_holds(op, (key > value) - (key < value));
	for (size_t i = 0; i < p->test->count; i++)
		if (p->values[i].key == key)
			return true;
	return false;
}

static bool in_net(const struct sc_ip *ip, const struct sc_where_value *v)
{
	unsigned octets = v->net.bits / 8, rest = v->net.bits % 8;
	if (ip->version != v->net.ip.version || memcmp(ip->octets, v->net.ip.octets, octets) != 0)
		return false;
	return rest == 0 || ((ip->octets[octets] ^ v->net.ip.octets[octets]) >> (8 - rest)) == 0;
}

static bool probe_net(const struct probe *p, const struct sc_ip *ip)
{
	bool in = false;
	for (size_t i = 0; i < p->test->count && !in; i++)
		in = in_net(ip, &p->values[i]);
	return in != (p->test->op == SC_OP_NE);
}

static bool probe_mask(const struct probe *p, uint64_t bits)
{
	for (size_t i = 0; i < p->test->count; i++)
		if (bits & p->values[i].key)
			return true;
	return false;
}

static sc_str part_of(sc_str path, uint8_t part)
{
	if (part == SC_PART_WHOLE)
		return path;
	return part == SC_PART_DOMAIN ? sc_str_domain(path) : sc_str_local(path);
}

/* The value of a map's key: names of parameters know no case (RFC 5321 4.1.2). */
static const struct sc_pair *find_pair(const struct sc_pairs *pairs, sc_str key)
{
	for (uint32_t i = 0; i < pairs->count; i++)
		if (sc_str_equal_nocase(pairs->items[i].name, key))
			return &pairs->items[i];
	return NULL;
}

static const struct sc_count *find_count(const struct sc_tally *tally, sc_str key)
{
	for (uint32_t i = 0; i < tally->count; i++)
		if (sc_str_equal_nocase(sc_str_of(tally->items[i].name), key))
			return &tally->items[i];
	return NULL;
}

static bool any_string(const struct probe *p, const struct sc_strs *strs)
{
	for (uint32_t i = 0; i < strs->count; i++)
		if (probe_text(p, strs->items[i]))
			return true;
	return false;
}

static bool pairs_hold(const struct probe *p, const struct sc_pairs *pairs)
{
	if (p->ref->key.at) {
		const struct sc_pair *pair = find_pair(pairs, p->ref->key);
		return pair && probe_text(p, pair->value);
	}
	for (uint32_t i = 0; i < pairs->count; i++)
		if (probe_text(p, pairs->items[i].name))
			return true;
	return false;
}

static bool tally_holds(const struct probe *p, const struct sc_tally *tally)
{
	for (uint32_t i = 0; i < tally->count; i++)
		if (probe_text(p, sc_str_of(tally->items[i].name)))
			return true;
	return false;
}

/* The text that outputs show for a field whose value is no text. */
static sc_str shown_text(const struct sc_field *field, const void *at, char *buffer, size_t size)
{
	struct sc_text t = sc_text_into(buffer, size);
	switch (field->type) {
	case SC_TYPE_time:
		sc_text_time(&t, *(const sc_time *)at);
		break;
	case SC_TYPE_ip:
		sc_text_ip(&t, at);
		break;
	case SC_TYPE_id:
		sc_text_hex(&t, *(const uint64_t *)at, 16);
		break;
	case SC_TYPE_status:
		sc_text_status(&t, *(const struct sc_status *)at);
		break;
	default:
		return SC_STR_NONE;
	}
	return sc_text_str(&t);
}

static bool text_field_holds(const struct probe *p, const void *at)
{
	char buffer[64];
	const struct sc_field *field = p->ref->field;
	switch (field->type) {
	case SC_TYPE_path:
		return probe_text(p, part_of(*(const sc_str *)at, p->ref->part));
	case SC_TYPE_str:
		return probe_text(p, *(const sc_str *)at);
	case SC_TYPE_name:
		return probe_text(p, sc_str_of(*(const char *const *)at));
	case SC_TYPE_strs:
		return any_string(p, at);
	case SC_TYPE_pairs:
		return pairs_hold(p, at);
	case SC_TYPE_tally:
		return tally_holds(p, at);
	default:
		return probe_text(p, shown_text(field, at, buffer, sizeof(buffer)));
	}
}

/* A parameter that is compared with a number has to be one. */
static bool map_key_holds(const struct probe *p, const void *at)
{
	uint64_t number;
	if (p->ref->field->type == SC_TYPE_tally) {
		const struct sc_count *count = find_count(at, p->ref->key);
		return count && probe_key(p, count->count);
	}
	const struct sc_pair *pair = find_pair(at, p->ref->key);
	return pair && sc_str_number(pair->value, &number) && probe_key(p, number);
}

static bool key_field_holds(const struct probe *p, const void *at)
{
	switch (p->ref->field->type) {
	case SC_TYPE_code:
	case SC_TYPE_port:
		return probe_key(p, *(const uint16_t *)at);
	case SC_TYPE_count:
	case SC_TYPE_size:
	case SC_TYPE_extra:
	case SC_TYPE_id:
		return probe_key(p, *(const uint64_t *)at);
	case SC_TYPE_ms:
	case SC_TYPE_time:
		return probe_key(p, sc_where_time_key(*(const sc_time *)at));
	case SC_TYPE_yesno:
	case SC_TYPE_flag:
		return probe_key(p, *(const bool *)at);
	case SC_TYPE_status:
		return probe_key(p, sc_where_status_key(*(const struct sc_status *)at));
	default:
		return map_key_holds(p, at);
	}
}

/* There, and neither false nor zero nor empty. */
static bool exists(const struct sc_where_ref *ref, const void *owner)
{
	const void *at = (const char *)owner + ref->field->offset;
	if (!sc_field_present(ref->field, owner))
		return false;
	switch (ref->field->type) {
	case SC_TYPE_path:
		return part_of(*(const sc_str *)at, ref->part).at != NULL;
	case SC_TYPE_yesno:
		return *(const bool *)at;
	case SC_TYPE_port:
		return *(const uint16_t *)at != 0;
	case SC_TYPE_count:
	case SC_TYPE_size:
	case SC_TYPE_quirks:
		return *(const uint64_t *)at != 0;
	case SC_TYPE_strs:
		return ((const struct sc_strs *)at)->count != 0;
	case SC_TYPE_pairs:
		return ref->key.at ? find_pair(at, ref->key) != NULL : ((const struct sc_pairs *)at)->count != 0;
	case SC_TYPE_tally:
		return ref->key.at ? find_count(at, ref->key) != NULL : ((const struct sc_tally *)at)->count != 0;
	case SC_TYPE_list:
		return ((const struct sc_list *)at)->count != 0;
	default:
		return true;
	}
}

static bool field_holds(const struct probe *p, const void *owner)
{
	const struct sc_field *field = p->ref->field;
	const void *at = (const char *)owner + field->offset;
	if (p->test->family == SC_FAMILY_EXISTS)
		return exists(p->ref, owner);
	/* A flag that is off is left out of outputs to be brief, but it is known: permanent == false compares with
	 * what is there. */
	if (field->type != SC_TYPE_flag && !sc_field_present(field, owner))
		return false;
	switch ((enum sc_where_family)p->test->family) {
	case SC_FAMILY_KEY:
		return key_field_holds(p, at);
	case SC_FAMILY_TEXT:
		return text_field_holds(p, at);
	case SC_FAMILY_NET:
		return probe_net(p, at);
	default:
		return probe_mask(p, *(const uint64_t *)at);
	}
}

/* --- one event ------------------------------------------------------------------------------------------- */

static const void *base_of(const struct sc_event *ev, uint8_t base)
{
	switch (base) {
	case SC_BASE_BODY:
		return ev->body;
	case SC_BASE_HEAD:
		return ev->head;
	case SC_BASE_SESSION:
		return ev->session;
	default:
		return ev;
	}
}

static bool kind_holds(const struct probe *p, enum sc_event_kind kind)
{
	return p->test->family == SC_FAMILY_EXISTS || probe_mask(p, UINT64_C(1) << kind);
}

static bool test_holds(const struct sc_where *w, const struct sc_where_test *test, const struct sc_event *ev)
{
	const struct sc_where_ref *ref = &w->refs[test->refs][ev->kind];
	if (!ref->field || (test->family != SC_FAMILY_EXISTS && ref->cls != test->cls))
		return false;
	struct probe p = { test, ref, w->values + test->first };
	if (ref->cls == SC_CLASS_KIND)
		return kind_holds(&p, ev->kind);
	const char *base = base_of(ev, ref->base);
	if (!base)
		return false;
	if (!ref->stride)
		return field_holds(&p, base + ref->owner);
	const struct sc_list *list = (const void *)(base + ref->list);
	for (uint32_t i = 0; i < list->count; i++)
		if (field_holds(&p, (const char *)list->items + i * ref->stride + ref->owner))
			return true;
	return false;
}

bool sc_where_match(const struct sc_where *w, const struct sc_event *ev)
{
	SC_ASSERT(w && ev && ev->kind < SC_EVENT_KINDS);
	bool truth = false;
	for (size_t i = 0; i < w->step_count;) {
		const struct sc_where_step *step = &w->steps[i++];
		switch ((enum sc_where_step_kind)step->kind) {
		case SC_STEP_TEST:
			truth = test_holds(w, &w->tests[step->arg], ev);
			break;
		case SC_STEP_CONST:
			truth = step->arg != 0;
			break;
		case SC_STEP_NOT:
			truth = !truth;
			break;
		case SC_STEP_JUMP_IF:
			i = truth ? step->arg : i;
			break;
		case SC_STEP_JUMP_UNLESS:
			i = truth ? i : step->arg;
			break;
		}
	}
	return truth;
}

void sc_where_close(struct sc_where *w)
{
	if (!w)
		return;
	sc_memory_give(w->steps);
	sc_memory_give(w->tests);
	sc_memory_give(w->values);
	sc_memory_give(w->refs);
	sc_memory_give(w->patterns);
	sc_memory_give(w->source);
	sc_memory_give(w->texts);
	sc_memory_give(w);
}
