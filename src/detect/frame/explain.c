/* explain.c - what a detector looks for, as text for `explain` and as a page of docs/DETECTORS.md.
 *
 * Both are made of the class alone, so they cannot say something else than the code does. */
#include "base/text.h"
#include "detect/frame/detection.h"

#define LINE 79

/* Adds words, going to the next line before column LINE, indented by `hang`. */
static void flow(struct sc_text *t, const char *words, size_t *column, size_t hang)
{
	sc_str rest = sc_str_of(words);
	while (rest.len) {
		sc_str word = sc_str_until(&rest, ' ');
		bool wrap = *column + 1 + word.len > LINE;
		if (wrap)
			sc_text_put(t, '\n');
		for (size_t i = 0; wrap && i < hang; i++)
			sc_text_put(t, ' ');
		*column = wrap ? hang : *column;
		if (*column > hang) {
			sc_text_put(t, ' ');
			++*column;
		}
		sc_text_add(t, word);
		*column += word.len;
	}
}

/* How the parts of a page look: as plain text for a terminal, or as Markdown. */
struct look {
	void (*title)(struct sc_text *t, const struct sc_detector_class *cls);
	void (*paragraph)(struct sc_text *t, const char *label, const char *words);
	const char *attack, *options; /* what begins them */
	bool release;                 /* the ids say of which release of ATT&CK they are */
	void (*option)(struct sc_text *t, const struct sc_detector_class *cls, const struct sc_detector_option *o);
	const char *end;
};

static void put_attack(struct sc_text *t, const struct look *look, const char *name)
{
	sc_str ids[8];
	size_t n = sc_attack_of(name, ids, 8);
	if (n == 0)
		return;
	sc_text_adds(t, look->attack);
	sc_text_adds(t, look->release ? sc_attack_release() : "");
	sc_text_adds(t, ": ");
	for (size_t i = 0; i < n; i++) {
		sc_text_adds(t, i ? ", " : "");
		sc_text_add(t, ids[i]);
	}
	sc_text_put(t, '\n');
}

static void put_page(struct sc_text *t, const struct look *look, const struct sc_detector_class *cls)
{
	look->title(t, cls);
	look->paragraph(t, "Looks for:", cls->summary);
	look->paragraph(t, "May be innocent:", cls->innocent);
	look->paragraph(t, "What to do:", cls->advice);
	put_attack(t, look, cls->name);
	sc_text_adds(t, cls->option_count ? look->options : "");
	for (size_t k = 0; k < cls->option_count; k++)
		look->option(t, cls, &cls->options[k]);
	sc_text_adds(t, look->end);
}

/* ---- for a terminal ---- */

static void plain_title(struct sc_text *t, const struct sc_detector_class *cls)
{
	sc_text_adds(t, cls->name);
	sc_text_adds(t, cls->scope == SC_SCOPE_SESSION ? ": a detector, of one session\n"
						       : ": a detector, over sessions\n");
}

static void plain_paragraph(struct sc_text *t, const char *label, const char *words)
{
	size_t column = 2 + strlen(label);
	sc_text_adds(t, "  ");
	sc_text_adds(t, label);
	sc_text_put(t, ' ');
	flow(t, words, &column, 4);
	sc_text_put(t, '\n');
}

static void plain_option(struct sc_text *t, const struct sc_detector_class *cls, const struct sc_detector_option *o)
{
	size_t column = 6;
	sc_text_adds(t, "    ");
	sc_text_adds(t, cls->name);
	sc_text_put(t, '.');
	sc_text_adds(t, o->name);
	sc_text_put(t, '=');
	sc_text_number(t, o->standard);
	sc_text_put(t, ' ');
	sc_text_adds(t, o->unit);
	sc_text_adds(t, "\n      ");
	flow(t, o->reason, &column, 6);
	sc_text_put(t, '\n');
}

bool sc_detector_explain(sc_str name, struct sc_text *t)
{
	static const struct look plain = {plain_title,  plain_paragraph, "  ATT&CK ",
					  "  Limits, set with --detector NAME.limit=value:\n", true,
					  plain_option, ""};
	size_t i = sc_detector_find(name);
	if (i != SIZE_MAX)
		put_page(t, &plain, sc_detectors[i]);
	return i != SIZE_MAX;
}

/* ---- for docs/DETECTORS.md ---- */

static void page_title(struct sc_text *t, const struct sc_detector_class *cls)
{
	sc_text_adds(t, "## ");
	sc_text_adds(t, cls->name);
	sc_text_adds(t, "\n\n");
}

/* Each on a line of its own, as Markdown wants it: two spaces at the end. */
static void page_paragraph(struct sc_text *t, const char *label, const char *words)
{
	sc_text_adds(t, label);
	sc_text_put(t, ' ');
	sc_text_adds(t, words);
	sc_text_adds(t, "  \n");
}

static void page_option(struct sc_text *t, const struct sc_detector_class *cls, const struct sc_detector_option *o)
{
	(void)cls;
	sc_text_adds(t, "| `");
	sc_text_adds(t, o->name);
	sc_text_adds(t, "` | ");
	sc_text_number(t, o->standard);
	sc_text_adds(t, " | ");
	sc_text_adds(t, o->unit);
	sc_text_adds(t, " | ");
	sc_text_adds(t, o->reason);
	sc_text_adds(t, " |\n");
}

bool sc_detector_page(size_t i, struct sc_text *t)
{
	static const struct look page = {page_title,  page_paragraph, "ATT&CK",
					 "\n| option | default | unit | why |\n|---|---|---|---|\n", false,
					 page_option, "\n"};
	if (i < sc_detector_count())
		put_page(t, &page, sc_detectors[i]);
	return i < sc_detector_count();
}
