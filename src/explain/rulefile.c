/* rulefile.c - reads users' rules:
 *
 *   # comment                                         (also in the manner of C)
 *   SC_RULE("name", cause, "when", "text" "more text")
 *
 * The form is that of our own tables, so that a row of theirs can be taken over and changed.  The file may hold
 * anything: it is read once from front to end, nothing in it is believed before it is checked, and the first fault is
 * told with its place.  Strings are copied, without their quotes and backslashes, to one piece of memory that is as
 * long as the file. */
#include "explain/rulefile.h"

#include "base/memory.h"
#include "explain/causes.h"
#include "explain/ruleset.h"

struct reader {
	sc_str   all;
	size_t   at;
	char    *store;     /* strings that were read, each with a NUL behind it */
	size_t   stored;
	size_t   words;
	size_t   text_at;   /* where the string that is being checked begins in `all` */
	struct sc_rule_row *rows;
	size_t   count;
	struct sc_rule_fault *fault;
};

/* ---- faults ---- */

static bool fault_at(struct reader *r, size_t at, enum sc_rule_fault_kind kind, const char *what, sc_str word)
{
	unsigned line = 1, column = 1;
	for (size_t i = 0; i < at && i < r->all.len; i++) {
		bool end = r->all.at[i] == '\n';
		line += end;
		column = end ? 1 : column + 1;
	}
	*r->fault = (struct sc_rule_fault){ kind, line, column, what, word };
	return false;
}

static bool wrong(struct reader *r, size_t at, const char *what)
{
	return fault_at(r, at, SC_RULE_FAULT_FORM, what, SC_STR(""));
}

/* The place in the file of octet `n` of the strings that begin at `text_at`: they may be several, and what stands
 * between them, and backslashes, are not counted. */
static size_t place_of(const struct reader *r, size_t n)
{
	bool inside = false;
	for (size_t i = r->text_at; i < r->all.len; i++) {
		char c = r->all.at[i];
		if (!inside || c == '"') {
			inside = inside != (c == '"');
			continue;
		}
		i += c == '\\';
		if (n-- == 0)
			return i;
	}
	return r->text_at;
}

static bool flawed(struct reader *r, const struct sc_rule_flaw *f, const char *stored)
{
	if (!f->what)
		return false;
	size_t at = place_of(r, (size_t)(f->word.at - stored));
	fault_at(r, at, f->phase ? SC_RULE_FAULT_PHASE : SC_RULE_FAULT_FORM, f->what,
		 sc_str_slice(r->all, at, f->word.len));
	return true;
}

/* ---- tokens ---- */

static bool at_comment(const struct reader *r)
{
	return r->all.at[r->at] == '#' || sc_str_starts(sc_str_from(r->all, r->at), SC_STR("/*"));
}

static bool skip_comment(struct reader *r)
{
	bool line = r->all.at[r->at] == '#';
	sc_str rest = sc_str_from(r->all, r->at + 2);
	size_t end = line ? sc_str_find(sc_str_from(r->all, r->at), '\n') : sc_str_search(rest, SC_STR("*/"));
	if (end == SIZE_MAX && !line)
		return wrong(r, r->at, "a comment that begins here has no end");
	r->at = end == SIZE_MAX ? r->all.len : r->at + end + (line ? 1 : 4);
	return true;
}

/* Goes on to the next octet that counts. */
static bool skip_blank(struct reader *r)
{
	while (r->at < r->all.len) {
		if (strchr(" \t\r\n", r->all.at[r->at]) && r->all.at[r->at])
			r->at++;
		else if (!at_comment(r))
			return true;
		else if (!skip_comment(r))
			return false;
	}
	return true;
}

static bool take(struct reader *r, sc_str token, const char *what)
{
	if (!skip_blank(r))
		return false;
	if (!sc_str_starts(sc_str_from(r->all, r->at), token))
		return wrong(r, r->at, what);
	r->at += token.len;
	return true;
}

static void store(struct reader *r, char c)
{
	SC_ASSERT(r->stored < r->all.len);
	r->store[r->stored++] = c;
}

/* One string in quotes, added to the store without a NUL. */
static bool take_quoted(struct reader *r)
{
	size_t begin = r->at++;
	for (; r->at < r->all.len && r->all.at[r->at] != '"'; r->at++) {
		char c = r->all.at[r->at];
		if (c == '\n' || c == 0)
			break;
		if (c != '\\') {
			store(r, c);
			continue;
		}
		r->at++;
		if (r->at == r->all.len || (r->all.at[r->at] != '"' && r->all.at[r->at] != '\\'))
			return wrong(r, r->at - 1, "a backslash stands only before \" and \\");
		store(r, r->all.at[r->at]);
	}
	if (r->at == r->all.len || r->all.at[r->at] != '"')
		return wrong(r, begin, "a string that begins here does not end on its line");
	r->at++;
	return true;
}

/* A string, or several in a row where `many`. */
static bool take_string(struct reader *r, bool many, const char *what, const char **to)
{
	if (!skip_blank(r))
		return false;
	r->text_at = r->at;
	*to = &r->store[r->stored];
	bool first = true;
	while (r->at < r->all.len && r->all.at[r->at] == '"' && (first || many)) {
		if (!take_quoted(r) || !skip_blank(r))
			return false;
		first = false;
	}
	if (first)
		return wrong(r, r->at, what);
	store(r, 0); /* the quotes left room for it */
	return true;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || sc_is_digit(c) || c == '_';
}

static sc_str take_word(struct reader *r)
{
	size_t begin = r->at;
	while (r->at < r->all.len && is_word(r->all.at[r->at]))
		r->at++;
	return sc_str_slice(r->all, begin, r->at - begin);
}

/* ---- a rule ---- */

static bool take_name(struct reader *r, const char **to)
{
	if (!take_string(r, false, "expected the rule's name in quotes", to))
		return false;
	sc_str name = sc_str_of(*to);
	if (name.len == 0 || name.len > 64)
		return wrong(r, r->text_at, "a name has 1 to 64 octets");
	for (size_t i = 0; i < name.len; i++)
		if (!is_word(name.at[i]) && !strchr(":.-", name.at[i]))
			return wrong(r, r->text_at, "a name is made of letters, figures and the marks : . - _");
	return true;
}

static bool take_cause(struct reader *r, enum sc_cause *to)
{
	if (!skip_blank(r))
		return false;
	size_t begin = r->at;
	sc_str word = take_word(r);
	*to = sc_cause_of(word);
	if (word.len == 0)
		return wrong(r, begin, "expected a cause, such as mailbox_full, without quotes");
	return *to != SC_CAUSE_NONE || fault_at(r, begin, SC_RULE_FAULT_CAUSE, "unknown cause", word);
}

static bool take_when(struct reader *r, const char **to)
{
	struct sc_rule_when when;
	if (!take_string(r, false, "expected codes and phases in quotes, or \"\"", to))
		return false;
	struct sc_rule_flaw f = sc_rule_when_read(sc_str_of(*to), &when);
	return !flawed(r, &f, *to);
}

static bool take_text(struct reader *r, const char **to)
{
	if (!take_string(r, true, "expected words in quotes, or \"\"", to))
		return false;
	struct sc_rule_flaw f = sc_rule_text_check(sc_str_of(*to), &r->words);
	return !flawed(r, &f, *to);
}

static bool take_rule(struct reader *r)
{
	struct sc_rule_row row = { .cause = SC_CAUSE_NONE };
	size_t begin = r->at;
	const char *comma = "expected a comma";
	if (!take(r, SC_STR("SC_RULE"), "expected SC_RULE(\"name\", cause, \"when\", \"text\")") ||
	    !take(r, SC_STR("("), "expected (") || !take_name(r, &row.name) || !take(r, SC_STR(","), comma) ||
	    !take_cause(r, &row.cause) || !take(r, SC_STR(","), comma) || !take_when(r, &row.when) ||
	    !take(r, SC_STR(","), comma) || !take_text(r, &row.text) || !take(r, SC_STR(")"), "expected )"))
		return false;
	if (!row.when[0] && !row.text[0])
		return wrong(r, begin, "this rule asks for nothing, so all would fit; give it codes or words");
	if (r->count == SC_RULE_FILE_RULES)
		return wrong(r, begin, "more than 2048 rules; leave some out");
	if (r->words > SC_RULE_FILE_WORDS)
		return wrong(r, begin, "more than 8192 words up to here; leave some out");
	r->rows[r->count++] = row;
	return true;
}

static bool read_all(struct reader *r)
{
	if (r->all.len > SC_RULE_FILE_OCTETS)
		return wrong(r, SC_RULE_FILE_OCTETS, "a file of rules has at most 262144 octets");
	while (skip_blank(r) && r->at < r->all.len)
		if (!take_rule(r))
			return false;
	return r->at >= r->all.len;
}

sc_err sc_rulefile_load(sc_str text, struct sc_rule_fault *fault)
{
	*fault = (struct sc_rule_fault){ .kind = SC_RULE_FAULT_MEMORY, .what = "no memory for the rules" };
	struct reader r = { .all = text, .fault = fault };
	r.store = sc_memory_take(text.len + 1);
	r.rows = sc_memory_take(SC_RULE_FILE_RULES * sizeof(*r.rows));
	bool memory = r.store && r.rows;
	struct sc_rules *rules = memory && read_all(&r) ? sc_ruleset_build(r.rows, r.count) : NULL;
	sc_memory_give(r.rows);
	if (!rules) {
		sc_memory_give(r.store);
		return fault->kind == SC_RULE_FAULT_MEMORY ? SC_EFAILED : SC_EUSAGE;
	}
	rules->store = r.store;
	sc_rules_use(rules);
	return SC_OK;
}
