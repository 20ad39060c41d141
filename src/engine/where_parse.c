/* where_parse.c - reads a filter expression and compiles it to steps that where.c runs.
 *
 * Operator precedence with a stack of its own: `not` before `and` before `or`, at most SC_WHERE_DEPTH of them and of
 * parentheses open at a time, so no expression, however long or deep, takes more than the limits in where_program.h.
 * Names are resolved for every kind of event here, so that a match is a look into a table.  The expression may hold
 * any octet; what is wrong with it is told with the place and, where there is one, a way out.
 */
#include "engine/where_program.h"

#include "base/memory.h"

/* Ways to compare that one name may have over all kinds of event; the schema needs two (`confidence`). */
#define VARIANTS 3

enum token_kind {
	TOKEN_END, TOKEN_WORD, TOKEN_STRING, TOKEN_OP, TOKEN_NOT, TOKEN_AND, TOKEN_OR, TOKEN_OPEN, TOKEN_CLOSE,
	TOKEN_SET_OPEN, TOKEN_SET_CLOSE, TOKEN_COMMA,
};

struct token {
	enum token_kind      kind;
	enum sc_where_op     op;
	struct sc_where_word word; /* of a string: what stands between the quotes, as written */
};

/* An operator or parenthesis that waits for what follows it. */
struct waiting {
	enum token_kind kind;
	size_t at;     /* in the expression */
	size_t step;   /* of `and`, `or`: the jump that skips their right side */
};

struct parser {
	struct sc_where       *w;
	struct sc_where_error *error;
	sc_str                 source;
	size_t                 at;
	struct token           token;
	struct sc_where_word  *values;  /* of the comparison being read */
	size_t                 value_count;
	struct waiting         stack[SC_WHERE_DEPTH];
	size_t                 depth;
};

static sc_err refuse(struct parser *p, const char *before, sc_str what, const char *after)
{
	return sc_where_refuse(p->error, &p->token.word, before, what, after);
}

static void hint(struct parser *p, const char *text)
{
	sc_where_hint(p->error, text, SC_STR_NONE, "");
}

/* --- tokens ---------------------------------------------------------------------------------------------- */

struct spelling {
	const char      *text;
	enum token_kind  kind;
	enum sc_where_op op;
};

/* Longer ones first. */
static const struct spelling signs[] = {
	{ "==", TOKEN_OP, SC_OP_EQ },       { "!=", TOKEN_OP, SC_OP_NE },
	{ "<=", TOKEN_OP, SC_OP_LE },       { ">=", TOKEN_OP, SC_OP_GE },
	{ "&&", TOKEN_AND, SC_OP_EXISTS },  { "||", TOKEN_OR, SC_OP_EXISTS },
	{ "<", TOKEN_OP, SC_OP_LT },        { ">", TOKEN_OP, SC_OP_GT },
	{ "(", TOKEN_OPEN, SC_OP_EXISTS },  { ")", TOKEN_CLOSE, SC_OP_EXISTS },
	{ "{", TOKEN_SET_OPEN, SC_OP_EXISTS }, { "}", TOKEN_SET_CLOSE, SC_OP_EXISTS },
	{ "!", TOKEN_NOT, SC_OP_EXISTS },   { ",", TOKEN_COMMA, SC_OP_EXISTS },
};

static const struct spelling keywords[] = {
	{ "and", TOKEN_AND, SC_OP_EXISTS },         { "or", TOKEN_OR, SC_OP_EXISTS },
	{ "not", TOKEN_NOT, SC_OP_EXISTS },         { "in", TOKEN_OP, SC_OP_IN },
	{ "contains", TOKEN_OP, SC_OP_CONTAINS },   { "startswith", TOKEN_OP, SC_OP_STARTSWITH },
	{ "endswith", TOKEN_OP, SC_OP_ENDSWITH },   { "matches", TOKEN_OP, SC_OP_MATCHES },
};

static bool is_word_octet(char c)
{
	char low = sc_lower(c);
	return (low >= 'a' && low <= 'z') || sc_is_digit(c) || (uint8_t)c >= 0x80 || (c && strchr("_.:/@+-", c));
}

/* Makes the next `len` octets the token. */
static void take(struct parser *p, enum token_kind kind, size_t len)
{
	p->token = (struct token){ kind, SC_OP_EXISTS, { sc_str_slice(p->source, p->at, len), p->at, len, false } };
	p->at += len;
}

static void take_word(struct parser *p)
{
	size_t len = 0;
	while (p->at + len < p->source.len && is_word_octet(p->source.at[p->at + len]))
		len++;
	take(p, TOKEN_WORD, len);
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		if (!sc_str_equal_nocase(p->token.word.text, sc_str_of(keywords[i].text)))
			continue;
		p->token.kind = keywords[i].kind;
		p->token.op   = keywords[i].op;
	}
}

static sc_err take_string(struct parser *p)
{
	char quote = p->source.at[p->at];
	size_t len = 1;
	while (p->at + len < p->source.len && p->source.at[p->at + len] != quote)
		len += p->source.at[p->at + len] == '\\' ? 2 : 1;
	if (p->at + len >= p->source.len) {
		take(p, TOKEN_STRING, p->source.len - p->at);
		return refuse(p, "this text has no closing quote", SC_STR_NONE, "");
	}
	take(p, TOKEN_STRING, len + 1);
	p->token.word.text   = sc_str_slice(p->token.word.text, 1, len - 1);
	p->token.word.quoted = true;
	return SC_OK;
}

static sc_err refuse_octet(struct parser *p)
{
	take(p, TOKEN_END, 1);
	char c = p->token.word.text.at[0];
	(void)refuse(p, "unexpected ", p->token.word.text, "");
	if (c == '=')
		hint(p, "== compares");
	else if (c == '~')
		hint(p, "matches takes a regular expression");
	else if (c == '&' || c == '|')
		hint(p, "write and, or, && or ||");
	else
		hint(p, "put text in quotes");
	return SC_EUSAGE;
}

static sc_err take_sign(struct parser *p)
{
	sc_str rest = sc_str_from(p->source, p->at);
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (!sc_str_starts(rest, sc_str_of(signs[i].text)))
			continue;
		take(p, signs[i].kind, strlen(signs[i].text));
		p->token.op = signs[i].op;
		return SC_OK;
	}
	return refuse_octet(p);
}

static sc_err advance(struct parser *p)
{
	while (p->at < p->source.len && p->source.at[p->at] && strchr(" \t\r\n", p->source.at[p->at]))
		p->at++;
	if (p->at == p->source.len) {
		take(p, TOKEN_END, 0);
		return SC_OK;
	}
	char c = p->source.at[p->at];
	if (c == '"' || c == '\'')
		return take_string(p);
	if (!is_word_octet(c))
		return take_sign(p);
	take_word(p);
	return SC_OK;
}

/* --- steps ----------------------------------------------------------------------------------------------- */

static size_t add_step(struct parser *p, enum sc_where_step_kind kind, size_t arg)
{
	p->w->steps[p->w->step_count] = (struct sc_where_step){ (uint8_t)kind, (uint32_t)arg };
	return p->w->step_count++;
}

static sc_err push(struct parser *p, size_t step)
{
	if (p->depth == SC_WHERE_DEPTH)
		return refuse(p, "the expression is nested too deeply", SC_STR_NONE, "");
	p->stack[p->depth++] = (struct waiting){ p->token.kind, p->token.word.at, step };
	return SC_OK;
}

static int rank(enum token_kind kind)
{
	switch (kind) {
	case TOKEN_NOT:
		return 3;
	case TOKEN_AND:
		return 2;
	case TOKEN_OR:
		return 1;
	default:
		return 0;
	}
}

/* Ends what waits and binds at least as strongly as `least`: it has its right side. */
static void settle(struct parser *p, int least)
{
	while (p->depth && rank(p->stack[p->depth - 1].kind) >= least) {
		const struct waiting *top = &p->stack[--p->depth];
		if (top->kind == TOKEN_NOT)
			(void)add_step(p, SC_STEP_NOT, 0);
		else
			p->w->steps[top->step].arg = (uint32_t)p->w->step_count;
	}
}

/* --- comparisons ----------------------------------------------------------------------------------------- */

/* What a string says: a backslash keeps the quotes and itself from their meaning, and is itself before all else, so
 * that "\d" is a pattern. */
static sc_str unescape(struct parser *p, sc_str raw)
{
	char *to = p->w->texts + p->w->texts_len;
	size_t len = 0;
	for (size_t i = 0; i < raw.len; i++) {
		bool escape = raw.at[i] == '\\' && i + 1 < raw.len && strchr("\"'\\", raw.at[i + 1]) && raw.at[i + 1];
		i += escape;
		to[len++] = raw.at[i];
	}
	p->w->texts_len += len;
	return (sc_str){ to, len };
}

static sc_err take_value(struct parser *p)
{
	if (p->token.kind != TOKEN_WORD && p->token.kind != TOKEN_STRING) {
		(void)refuse(p, "a value is missing here", SC_STR_NONE, "");
		if (p->token.kind != TOKEN_END)
			hint(p, "put text in quotes");
		return SC_EUSAGE;
	}
	struct sc_where_word *word = &p->values[p->value_count++];
	*word = p->token.word;
	if (word->quoted)
		word->text = unescape(p, word->text);
	return advance(p);
}

static sc_err take_set(struct parser *p)
{
	struct sc_where_word open = p->token.word;
	do {
		SC_TRY(advance(p));
		SC_TRY(take_value(p));
	} while (p->token.kind == TOKEN_COMMA);
	if (p->token.kind == TOKEN_SET_CLOSE)
		return advance(p);
	if (p->token.kind == TOKEN_END)
		return sc_where_refuse(p->error, &open, "this { is not closed", SC_STR_NONE, "");
	(void)refuse(p, "a comma or } is missing before ", p->token.word.text, "");
	return SC_EUSAGE;
}

static sc_err take_values(struct parser *p, enum sc_where_op op)
{
	p->value_count = 0;
	if (op == SC_OP_IN && p->token.kind == TOKEN_SET_OPEN)
		return take_set(p);
	if (p->token.kind != TOKEN_SET_OPEN)
		return take_value(p);
	(void)refuse(p, "a set goes with in only", SC_STR_NONE, "");
	hint(p, "write FIELD in {a, b}");
	return SC_EUSAGE;
}

/* Points at the fault of a pattern inside its string, where escapes make it stand later than in the pattern. */
static sc_err refuse_pattern(struct parser *p, const struct sc_where_word *word, const struct sc_pattern_error *bad)
{
	struct sc_where_word fault = *word;
	if (word->quoted) {
		sc_str raw = sc_str_slice(p->source, word->at + 1, word->len - 2);
		size_t from = 0;
		for (size_t i = 0; i < bad->at && from < raw.len; i++)
			from += raw.at[from] == '\\' && from + 1 < raw.len && raw.at[from + 1] &&
			                strchr("\"'\\", raw.at[from + 1]) ? 2 : 1;
		fault.at  = word->at + 1 + from;
		fault.len = sc_str_slice(raw, from, bad->len).len;
	}
	return sc_where_refuse(p->error, &fault, bad->text, SC_STR_NONE, "");
}

static sc_err read_pattern(struct parser *p, const struct sc_pattern **out)
{
	struct sc_pattern_error bad;
	struct sc_pattern *pattern = &p->w->patterns[p->w->pattern_count++];
	if (!sc_pattern_read(pattern, p->values[0].text, &bad))
		return refuse_pattern(p, &p->values[0], &bad);
	*out = pattern;
	return SC_OK;
}

static bool all_numbers(const struct parser *p)
{
	for (size_t i = 0; i < p->value_count; i++)
		if (!sc_where_is_number(&p->values[i]))
			return false;
	return true;
}

/* Adds the test for the kinds of event where the name is of this class. */
static sc_err add_test(struct parser *p, const struct sc_where_asked *asked, enum sc_where_class cls,
                       const struct sc_pattern *pattern)
{
	struct sc_where *w = p->w;
	enum sc_where_family family;
	SC_TRY(sc_where_family(asked, cls, all_numbers(p), &family, p->error));
	for (size_t i = 0; i < p->value_count; i++) {
		struct sc_where_value *value = &w->values[w->value_count + i];
		value->pattern = pattern;
		SC_TRY(sc_where_read(asked, cls, family, &p->values[i], value, p->error));
	}
	w->tests[w->test_count] = (struct sc_where_test){
		.refs   = (uint32_t)(w->ref_count - 1),
		.first  = (uint32_t)w->value_count,
		.count  = (uint32_t)p->value_count,
		.op     = (uint8_t)asked->op,
		.family = (uint8_t)family,
		.cls    = (uint8_t)cls,
	};
	w->value_count += p->value_count;
	(void)add_step(p, SC_STEP_TEST, w->test_count++);
	return SC_OK;
}

static unsigned classes_of(const struct sc_where_ref *refs)
{
	unsigned classes = 0;
	for (size_t kind = 0; kind < SC_EVENT_KINDS; kind++)
		if (refs[kind].field)
			classes |= 1u << refs[kind].cls;
	return classes;
}

/* A name may be text in one kind of event and a number in another; the value decides which are meant, and it is an
 * error only if it fits none.  A number means the numbers if there are any. */
static sc_err add_tests(struct parser *p, const struct sc_where_asked *asked, const struct sc_pattern *pattern)
{
	const struct sc_where_ref *refs = p->w->refs[p->w->ref_count - 1];
	struct sc_where_error first = { 0 };
	size_t jumps[VARIANTS], good = 0;
	unsigned classes = classes_of(refs), told = SC_CLASS_NONE;
	for (unsigned cls = 0; cls < SC_CLASSES; cls++) {
		bool settled = good && cls == SC_CLASS_TEXT && all_numbers(p);
		if (!(classes & 1u << cls) || settled)
			continue;
		SC_ASSERT(good < VARIANTS);
		if (good)
			jumps[good - 1] = add_step(p, SC_STEP_JUMP_IF, 0);
		if (add_test(p, asked, (enum sc_where_class)cls, pattern) == SC_OK)
			good++;
		else if (good)
			p->w->step_count--;
		else if (told == SC_CLASS_NONE) {
			first = *p->error;
			told  = cls;
		}
	}
	for (size_t i = 1; i < good; i++)
		p->w->steps[jumps[i - 1]].arg = (uint32_t)p->w->step_count;
	if (!good)
		*p->error = first;
	return good ? SC_OK : SC_EUSAGE;
}

static sc_err add_refs(struct parser *p, const struct sc_where_word *name)
{
	struct sc_where_ref *refs = p->w->refs[p->w->ref_count];
	bool found = false;
	for (unsigned kind = 0; kind < SC_EVENT_KINDS; kind++)
		found |= sc_where_resolve(name->text, (enum sc_event_kind)kind, &refs[kind]);
	if (!found)
		return sc_where_unknown_field(p->error, name);
	p->w->ref_count++;
	return SC_OK;
}

static sc_err take_comparison(struct parser *p, struct sc_where_word name)
{
	struct sc_where_asked asked = { name, p->token.word, p->token.op };
	const struct sc_pattern *pattern = NULL;
	SC_TRY(advance(p));
	SC_TRY(take_values(p, asked.op));
	if (asked.op == SC_OP_MATCHES)
		SC_TRY(read_pattern(p, &pattern));
	return add_tests(p, &asked, pattern);
}

static void add_exists(struct parser *p)
{
	struct sc_where *w = p->w;
	w->tests[w->test_count] = (struct sc_where_test){ .refs = (uint32_t)(w->ref_count - 1), .op = SC_OP_EXISTS,
		                                          .family = SC_FAMILY_EXISTS };
	(void)add_step(p, SC_STEP_TEST, w->test_count++);
}

/* FIELD, FIELD OP VALUE, true or false. */
static sc_err take_test(struct parser *p)
{
	struct sc_where_word name = p->token.word;
	if (p->token.kind != TOKEN_WORD) {
		(void)refuse(p, "a field is missing here", SC_STR_NONE, "");
		if (p->token.kind == TOKEN_STRING)
			hint(p, "the field goes first, then the operator, then the value");
		return SC_EUSAGE;
	}
	SC_TRY(advance(p));
	bool yes = sc_str_equal_nocase(name.text, SC_STR("true"));
	if (yes || sc_str_equal_nocase(name.text, SC_STR("false"))) {
		(void)add_step(p, SC_STEP_CONST, yes);
		return SC_OK;
	}
	SC_TRY(add_refs(p, &name));
	if (p->token.kind == TOKEN_OP)
		return take_comparison(p, name);
	add_exists(p);
	return SC_OK;
}

/* --- expressions ----------------------------------------------------------------------------------------- */

static sc_err take_operand(struct parser *p)
{
	while (p->token.kind == TOKEN_NOT || p->token.kind == TOKEN_OPEN) {
		SC_TRY(push(p, 0));
		SC_TRY(advance(p));
	}
	return take_test(p);
}

static sc_err close_parenthesis(struct parser *p)
{
	settle(p, 1);
	if (p->depth == 0)
		return refuse(p, "there is no ( for this )", SC_STR_NONE, "");
	p->depth--;
	return advance(p);
}

static sc_err take_joint(struct parser *p)
{
	settle(p, rank(p->token.kind));
	enum sc_where_step_kind jump = p->token.kind == TOKEN_AND ? SC_STEP_JUMP_UNLESS : SC_STEP_JUMP_IF;
	SC_TRY(push(p, p->w->step_count));
	(void)add_step(p, jump, 0);
	return advance(p);
}

static sc_err take_end(struct parser *p)
{
	if (p->token.kind != TOKEN_END) {
		(void)refuse(p, "and/or is missing before ", p->token.word.text, "");
		if (p->token.kind == TOKEN_NOT)
			hint(p, "not goes before the field: not (FIELD in {a, b})");
		return SC_EUSAGE;
	}
	settle(p, 1);
	if (p->depth == 0)
		return SC_OK;
	struct sc_where_word open = { .at = p->stack[p->depth - 1].at, .len = 1 };
	return sc_where_refuse(p->error, &open, "this ( is not closed", SC_STR_NONE, "");
}

static sc_err parse(struct parser *p)
{
	SC_TRY(advance(p));
	if (p->token.kind == TOKEN_END)
		return refuse(p, "the expression is empty", SC_STR_NONE, "");
	for (;;) {
		SC_TRY(take_operand(p));
		while (p->token.kind == TOKEN_CLOSE)
			SC_TRY(close_parenthesis(p));
		if (p->token.kind != TOKEN_AND && p->token.kind != TOKEN_OR)
			return take_end(p);
		SC_TRY(take_joint(p));
	}
}

/* --- opening --------------------------------------------------------------------------------------------- */

struct size {
	size_t tokens, fields, values, patterns;
};

/* Upper bounds of what the expression needs: a word in no set may be a field or a value. */
static sc_err measure(struct parser *p, struct size *size)
{
	bool in_set = false;
	SC_TRY(advance(p));
	while (p->token.kind != TOKEN_END) {
		bool word = p->token.kind == TOKEN_WORD;
		in_set = p->token.kind == TOKEN_SET_OPEN || (in_set && p->token.kind != TOKEN_SET_CLOSE);
		size->tokens++;
		size->fields   += word && !in_set;
		size->values   += word || p->token.kind == TOKEN_STRING;
		size->patterns += p->token.op == SC_OP_MATCHES;
		SC_TRY(advance(p));
	}
	p->at = 0;
	return SC_OK;
}

static bool take_memory(struct parser *p, const struct size *size)
{
	struct sc_where *w = p->w;
	size_t tests = size->fields * VARIANTS;
	w->steps    = sc_memory_take((size->tokens + 2 * tests) * sizeof(*w->steps));
	w->tests    = sc_memory_take(tests * sizeof(*w->tests));
	w->values   = sc_memory_take(size->values * VARIANTS * sizeof(*w->values));
	w->refs     = sc_memory_take(size->fields * sizeof(*w->refs));
	w->patterns = sc_memory_take(size->patterns * sizeof(*w->patterns));
	w->texts    = sc_memory_take(p->source.len);
	p->values   = sc_memory_take(size->values * sizeof(*p->values));
	return w->steps && w->tests && w->values && w->refs && w->patterns && w->texts && p->values;
}

static sc_err out_of_memory(struct sc_where_error *error)
{
	(void)sc_where_refuse(error, &(struct sc_where_word){ 0 }, "no memory for the expression", SC_STR_NONE, "");
	return SC_EFAILED;
}

static sc_err compile(struct parser *p)
{
	struct size size = { 0 };
	SC_TRY(measure(p, &size));
	if (!take_memory(p, &size))
		return out_of_memory(p->error);
	return parse(p);
}

sc_err sc_where_open(struct sc_where **out, sc_str expression, struct sc_where_error *error)
{
	SC_ASSERT(out && error);
	*out = NULL;
	*error = (struct sc_where_error){ 0 };
	const struct sc_where_word nowhere = { 0 };
	if (expression.len > SC_WHERE_OCTETS)
		return sc_where_refuse(error, &nowhere, "the expression has more than 65536 octets", SC_STR_NONE, "");
	struct sc_where *w = sc_memory_take(sizeof(*w));
	if (!w)
		return out_of_memory(error);
	struct parser p = { .w = w, .error = error, .token.kind = TOKEN_END };
	w->source = sc_memory_take(expression.len);
	if (w->source && expression.len)
		memcpy(w->source, expression.at, expression.len);
	p.source = (sc_str){ w->source, expression.len };
	sc_err err = w->source ? compile(&p) : out_of_memory(error);
	sc_memory_give(p.values);
	if (err) {
		sc_where_close(w);
		return err;
	}
	*error = (struct sc_where_error){ 0 };
	*out = w;
	return SC_OK;
}
