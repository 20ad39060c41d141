/* wrap_fragment.h - IP packets of wrap.h, cut into fragments. */
#ifndef SC_TESTS_WRAP_FRAGMENT_H
#define SC_TESTS_WRAP_FRAGMENT_H

#include "wrap.h"

/* How many fragments the IP packet at the front makes when each carries `most` octets. */
static inline size_t wrap_fragments(const struct wrap *w, size_t most)
{
	return (wrap_len(w) - (wrap_is6(w) ? 40 : 20) + most - 1) / most;
}

/* The fragment `nth` of the IP packet in `from`, which stays as it is. */
static inline void wrap_fragment(struct wrap *w, const struct wrap *from, size_t most, size_t nth, uint32_t id)
{
	bool v6 = wrap_is6(from), more = nth + 1 < wrap_fragments(from, most);
	size_t header = v6 ? 40 : 20, at = most * nth, carries = wrap_len(from) - header;
	const uint8_t *h = from->octets + from->from;
	w->frame = false;
	w->back = from->back;
	w->outer6 = from->outer6;
	w->number = from->number;
	w->id = from->id;
	w->from = w->to = WRAP_FRONT;
	wrap_add(w, h, header);
	wrap_add(w, h + header + at, carries - at < most ? carries - at : most);
	if (v6) {
		unsigned carried = wrap_insert(w, 8, 44);
		wrap_be(w->octets + w->from + 40, 4, (uint64_t)carried << 24 | at | more);
		wrap_be(w->octets + w->from + 44, 4, id);
		return;
	}
	wrap_be(w->octets + w->from + 2, 2, wrap_len(w));
	wrap_be(w->octets + w->from + 4, 2, id);
	wrap_be(w->octets + w->from + 6, 2, at / 8 | (more ? 0x2000 : 0));
}

#endif
