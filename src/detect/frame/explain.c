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

static void paragraph(struct sc_text *t, const char *label, const char *words)
{
	size_t column = 2 + strlen(label);
	sc_text_adds(t, "  ");
	sc_text_adds(t, label);
	sc_text_put(t, ' ');
	flow(t, words, &column, 4);
	sc_text_put(t, '\n');
}

static void put_attack(struct sc_text *t, const char *name)
{
	sc_str ids[8];
	size_t n = sc_attack_of(name, ids, 8);
	for (size_t i = 0; i < n; i++) {
		sc_text_adds(t, i ? ", " : "");
		sc_text_add(t, ids[i]);
	}
}

static void put_option(struct sc_text *t, const struct sc_detector_class *cls, const struct sc_detector_option *o)
{
	size_t column = 4;
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
	size_t i = sc_detector_find(name);
	if (i == SIZE_MAX)
		return false;
	const struct sc_detector_class *cls = sc_detectors[i];
	sc_text_adds(t, cls->name);
	sc_text_adds(t, cls->scope == SC_SCOPE_SESSION ? ": a detector, of one session\n"
						       : ": a detector, over sessions\n");
	paragraph(t, "Looks for:", cls->summary);
	paragraph(t, "May be innocent:", cls->innocent);
	paragraph(t, "What to do:", cls->advice);
	sc_str id;
	if (sc_attack_of(cls->name, &id, 1)) {
		sc_text_adds(t, "  ATT&CK ");
		sc_text_adds(t, sc_attack_release());
		sc_text_adds(t, ": ");
		put_attack(t, cls->name);
		sc_text_put(t, '\n');
	}
	if (cls->option_count)
		sc_text_adds(t, "  Limits, set with --detector NAME.limit=value:\n");
	for (size_t k = 0; k < cls->option_count; k++)
		put_option(t, cls, &cls->options[k]);
	return true;
}

bool sc_detector_page(size_t i, struct sc_text *t)
{
	if (i >= sc_detector_count())
		return false;
	const struct sc_detector_class *cls = sc_detectors[i];
	sc_text_adds(t, "## ");
	sc_text_adds(t, cls->name);
	sc_text_adds(t, "\n\n");
	sc_text_adds(t, cls->summary);
	sc_text_adds(t, "\n\nMay be innocent: ");
	sc_text_adds(t, cls->innocent);
	sc_text_adds(t, "\nWhat to do: ");
	sc_text_adds(t, cls->advice);
	sc_str id;
	if (sc_attack_of(cls->name, &id, 1)) {
		sc_text_adds(t, "\nATT&CK: ");
		put_attack(t, cls->name);
	}
	sc_text_adds(t, cls->option_count ? "\n\n| option | default | unit | why |\n|---|---|---|---|\n" : "\n");
	for (size_t k = 0; k < cls->option_count; k++) {
		const struct sc_detector_option *o = &cls->options[k];
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
	sc_text_put(t, '\n');
	return true;
}
