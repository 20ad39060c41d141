/* str.c - searching and cutting borrowed strings; see str.h. */
#include "base/str.h"

bool sc_str_equal_nocase(sc_str a, sc_str b)
{
	return a.len == b.len && sc_str_starts_nocase(a, b);
}

static bool same_eight(const char *a, const char *b)
{
	uint64_t x, y;
	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return sc_lower_eight(x) == sc_lower_eight(y);
}

bool sc_str_starts_nocase(sc_str s, sc_str prefix)
{
	size_t i = 0;
	if (s.len < prefix.len)
		return false;
	for (; i + 8 <= prefix.len; i += 8)
		if (!same_eight(s.at + i, prefix.at + i))
			return false;
	if (prefix.len > 8) /* the last eight: some are compared twice */
		return same_eight(s.at + prefix.len - 8, prefix.at + prefix.len - 8);
	for (; i < prefix.len; i++)
		if (sc_lower(s.at[i]) != sc_lower(prefix.at[i]))
			return false;
	return true;
}

sc_str sc_str_lower(char *to, size_t size, sc_str s)
{
	s = sc_str_slice(s, 0, size);
	for (size_t i = 0; i < s.len; i++)
		to[i] = sc_lower(s.at[i]);
	return (sc_str){ to, s.len };
}

int sc_str_compare(sc_str a, sc_str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int order = n ? memcmp(a.at, b.at, n) : 0;
	return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool sc_str_starts(sc_str s, sc_str prefix)
{
	return s.len >= prefix.len && sc_str_equal(sc_str_slice(s, 0, prefix.len), prefix);
}

bool sc_str_ends_nocase(sc_str s, sc_str suffix)
{
	return s.len >= suffix.len && sc_str_equal_nocase(sc_str_from(s, s.len - suffix.len), suffix);
}

size_t sc_str_find(sc_str s, char c)
{
	const char *hit = s.len ? memchr(s.at, c, s.len) : NULL;
	return hit ? (size_t)(hit - s.at) : SIZE_MAX;
}

size_t sc_str_rfind(sc_str s, char c)
{
	const char *hit = s.len ? memrchr(s.at, c, s.len) : NULL;
	return hit ? (size_t)(hit - s.at) : SIZE_MAX;
}

size_t sc_str_search(sc_str s, sc_str needle)
{
	if (needle.len == 0)
		return 0;
	size_t at = 0;
	while (s.len - at >= needle.len) {
		size_t hit = sc_str_find(sc_str_slice(s, at, s.len - at - needle.len + 1), needle.at[0]);
		if (hit == SIZE_MAX)
			return SIZE_MAX;
		at += hit;
		if (memcmp(s.at + at, needle.at, needle.len) == 0)
			return at;
		at++;
	}
	return SIZE_MAX;
}

size_t sc_str_occurrences(sc_str s, sc_str needle)
{
	size_t n = 0;
	for (size_t at; (at = sc_str_search(s, needle)) != SIZE_MAX; s = sc_str_from(s, at + needle.len))
		n++;
	return n;
}

size_t sc_str_search_nocase(sc_str s, sc_str needle)
{
	char first = needle.len ? sc_lower(needle.at[0]) : 0;
	for (size_t at = 0; at + needle.len <= s.len; at++)
		if (!needle.len || (sc_lower(s.at[at]) == first && sc_str_starts_nocase(sc_str_from(s, at), needle)))
			return at;
	return SIZE_MAX;
}

sc_str sc_str_trim(sc_str s)
{
	while (s.len && sc_is_space(s.at[0]))
		s = sc_str_from(s, 1);
	while (s.len && sc_is_space(s.at[s.len - 1]))
		s.len--;
	return s;
}

sc_str sc_str_word(sc_str *s)
{
	while (s->len && sc_is_space(s->at[0]))
		*s = sc_str_from(*s, 1);
	size_t n = 0;
	while (n < s->len && !sc_is_space(s->at[n]))
		n++;
	sc_str word = sc_str_slice(*s, 0, n);
	*s = sc_str_from(*s, n);
	return word;
}

sc_str sc_str_until(sc_str *s, char separator)
{
	size_t at = sc_str_find(*s, separator);
	sc_str head = sc_str_slice(*s, 0, at);
	*s = sc_str_from(*s, at == SIZE_MAX ? s->len : at + 1);
	return head;
}

sc_str sc_str_domain(sc_str address)
{
	size_t at = sc_str_rfind(address, '@');
	return at == SIZE_MAX ? SC_STR_NONE : sc_str_from(address, at + 1);
}

sc_str sc_str_local(sc_str address)
{
	size_t at = sc_str_rfind(address, '@');
	return at == SIZE_MAX ? SC_STR_NONE : sc_str_slice(address, 0, at);
}

bool sc_str_number(sc_str s, uint64_t *out)
{
	uint64_t n = 0;
	if (s.len == 0 || s.len > 20)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!sc_is_digit(s.at[i]))
			return false;
		uint64_t digit = (uint64_t)(s.at[i] - '0');
		if (n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*out = n;
	return true;
}
