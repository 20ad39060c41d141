/* disguise.c - reads the text and the target of a link; see disguise.h.
 *
 * Only a text that is a host or a URL and nothing else counts: "Read more" promises no host, and newsletters lead through the hosts
 * of those who send them.  Doubtful texts promise nothing, too: names of files and of programs look like hosts.  Octets are anybody's;
 * what browsers make of them is done first (WHATWG URL 4.4, HTML 13.2.5): references, invisible characters, backslashes. */
#include "message/disguise.h"

#include "base/domain.h"

#define MOST_REFERENCE 10 /* octets of a character reference */

/* ---- octets ---- */

/* The character that a reference such as "&#x2e;" stands for, its length in `*len`; -1: it is none that matters here. */
static long reference(sc_str s, size_t *len)
{
	static const struct {
		sc_str name;
		char c;
	} names[] = {{{"&amp;", 5}, '&'}, {{"&nbsp;", 6}, ' '}, {{"&period;", 8}, '.'}, {{"&sol;", 5}, '/'},
		     {{"&colon;", 7}, ':'}, {{"&shy;", 5}, 0}, {{"&lt;", 4}, '<'}, {{"&gt;", 4}, '>'}, {{"&quot;", 6}, '"'}};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (sc_str_starts(s, names[i].name)) {
			*len = names[i].name.len;
			return names[i].c;
		}
	bool hex = s.len > 2 && sc_lower(s.at[2]) == 'x';
	size_t at = hex ? 3 : 2;
	long code = 0;
	if (s.len < 4 || s.at[1] != '#')
		return -1;
	for (; at < s.len && at < MOST_REFERENCE && sc_hex_digit(s.at[at]) >= 0 && (hex || sc_is_digit(s.at[at])); at++)
		code = code * (hex ? 16 : 10) + sc_hex_digit(s.at[at]);
	*len = at + (at < s.len && s.at[at] == ';');
	return at > (hex ? 3u : 2u) ? code : -1;
}

/* Soft hyphen, and spaces and joiners without width: nobody sees them. */
static size_t invisible(sc_str s)
{
	static const sc_str marks[] = {{"\xc2\xad", 2}, {"\xe2\x80\x8b", 3}, {"\xe2\x80\x8c", 3}, {"\xe2\x80\x8d", 3},
				       {"\xe2\x81\xa0", 3}, {"\xef\xbb\xbf", 3}};
	bool maybe = (unsigned char)s.at[0] >= 0xc2;
	for (size_t i = 0; maybe && i < sizeof(marks) / sizeof(marks[0]); i++)
		if (sc_str_starts(s, marks[i]))
			return marks[i].len;
	return 0;
}

static bool is_invisible(long code)
{
	return code == 0 || code == 0xad || (code >= 0x200b && code <= 0x200d) || code == 0x2060 || code == 0xfeff;
}

/* References become characters, and what nobody sees goes; a character beyond ASCII that was a reference becomes 0xff. */
static sc_str clean(char *at, size_t len)
{
	size_t n = 0;
	for (size_t i = 0; i < len;) {
		sc_str rest = {at + i, len - i};
		size_t gone = invisible(rest), used = 1;
		long code = at[i] == '&' ? reference(rest, &used) : -1;
		i += gone ? gone : code < 0 ? 1 : used;
		if (gone || (code >= 0 && is_invisible(code)))
			continue;
		char c = code < 0 ? rest.at[0] : code < 0x80 ? (char)code : code == 0xa0 ? ' ' : '\xff';
		if (c != '\r' && c != '\n' && c != '\t')
			at[n++] = c;
	}
	return sc_str_trim((sc_str){at, n});
}

/* ---- hosts ---- */

static bool is_http(sc_str *s)
{
	size_t len = sc_str_starts_nocase(*s, SC_STR("https:")) ? 6 : sc_str_starts_nocase(*s, SC_STR("http:")) ? 5 : 0;
	*s = sc_str_from(*s, len);
	return len != 0;
}

static bool is_slash(char c)
{
	return c == '/' || c == '\\';
}

/* The host of what stands behind a scheme: no slashes before it, no user, no port. */
static sc_str host_of(sc_str s)
{
	size_t end = 0;
	while (s.len && is_slash(s.at[0]))
		s = sc_str_from(s, 1);
	while (end < s.len && !is_slash(s.at[end]) && s.at[end] != '?' && s.at[end] != '#')
		end++;
	s = sc_str_slice(s, 0, end);
	size_t user = sc_str_rfind(s, '@');
	if (user != SIZE_MAX)
		s = sc_str_from(s, user + 1);
	s = s.len && s.at[0] == '[' ? s : sc_str_slice(s, 0, sc_str_find(s, ':'));
	while (s.len && s.at[s.len - 1] == '.')
		s.len--;
	return s;
}

/* Labels of letters, digits and hyphens, two at least, the last one no number. */
static bool is_name(sc_str host)
{
	size_t label = 0, dots = 0;
	bool digits = true;
	for (size_t i = 0; i < host.len; i++) {
		char c = sc_lower(host.at[i]);
		if (c == '.' && label == 0)
			return false;
		if (c != '.' && c != '-' && c != '_' && !sc_is_digit(c) && !(c >= 'a' && c <= 'z'))
			return false;
		dots += c == '.';
		label = c == '.' ? 0 : label + 1;
		digits = (c == '.' || digits) && (c == '.' || sc_is_digit(c));
	}
	return dots && label > 1 && !digits;
}

/* Without scheme and www a name counts only below a domain that hardly ends the name of a file, a program or an abbreviation. */
static bool ends_as_host(sc_str host)
{
	static const char *const tops[] = {"com", "net", "org", "edu", "gov", "mil", "info", "biz", "bank", "eu", "uk", "de", "fr", "it",
					   "es", "nl", "ch", "at", "be", "se", "no", "dk", "fi", "pt", "ie", "cz", "us", "ca", "mx",
					   "br", "ar", "au", "nz", "jp", "cn", "kr", "in", "ru", "ua", "tr", "za"};
	sc_str top = sc_str_from(host, sc_str_rfind(host, '.') + 1);
	for (size_t i = 0; i < sizeof(tops) / sizeof(tops[0]); i++)
		if (sc_str_equal_nocase(top, sc_str_of(tops[i])))
			return true;
	return false;
}

static sc_str without_brackets(sc_str s)
{
	while (s.len && memchr("<([\"'", s.at[0], 5))
		s = sc_str_from(s, 1);
	while (s.len && memchr(">)]\"'.,;:!?", s.at[s.len - 1], 11))
		s.len--;
	return s;
}

/* The host that a text promises; none. */
static sc_str promised(sc_str text)
{
	text = without_brackets(text);
	for (size_t i = 0; i < text.len; i++)
		if (sc_is_space(text.at[i]))
			return SC_STR_NONE;
	bool plain = !is_http(&text);
	if (!plain && (text.len < 3 || !is_slash(text.at[0]) || !is_slash(text.at[1])))
		return SC_STR_NONE;
	if (plain && sc_str_find(sc_str_slice(text, 0, sc_str_find(text, '/')), '@') != SIZE_MAX)
		return SC_STR_NONE; /* an address of mail */
	sc_str host = host_of(text);
	if (!is_name(host) || (plain && !sc_str_starts_nocase(host, SC_STR("www.")) && !ends_as_host(host)))
		return SC_STR_NONE;
	return host;
}

/* ---- both ---- */

static bool is_below(sc_str host, sc_str domain)
{
	return host.len > domain.len && host.at[host.len - domain.len - 1] == '.' && sc_str_ends_nocase(host, domain);
}

static bool of_one_organisation(sc_str a, sc_str b)
{
	sc_str x = sc_domain_organisation(a), y = sc_domain_organisation(b);
	return sc_str_equal_nocase(a, b) || is_below(a, b) || is_below(b, a) || (x.len && sc_str_equal_nocase(x, y));
}

/* Gateways of mail put their own host before every link, and the link behind it: they lead to where it led. */
static bool passes_on(sc_str host, sc_str href, sc_str shown)
{
	static const sc_str gateways[] = {{"safelinks.protection.outlook.com", 32}, {"urldefense.proofpoint.com", 25}, {"urldefense.com", 14},
					  {"protect.mimecast.com", 20}, {"linkprotect.cudasvc.com", 23}, {"www.google.com", 14}};
	sc_str organisation = sc_domain_organisation(shown);
	for (size_t i = 0; i < sizeof(gateways) / sizeof(gateways[0]); i++)
		if (sc_str_equal_nocase(host, gateways[i]) || is_below(host, gateways[i]))
			return organisation.len && sc_str_search_nocase(href, organisation) != SIZE_MAX;
	return false;
}

bool sc_disguise_read(char *text, size_t text_len, char *href, size_t href_len, struct sc_disguise *d)
{
	sc_str shown = promised(clean(text, text_len));
	if (!shown.at)
		return false;
	sc_str target = clean(href, href_len), url = target;
	bool web = is_http(&url) || (url.len > 2 && is_slash(url.at[0]) && is_slash(url.at[1]));
	sc_str host = web ? host_of(url) : SC_STR_NONE;
	if (host.len == 0 || of_one_organisation(shown, host) || passes_on(host, target, shown))
		return false;
	*d = (struct sc_disguise){shown, host};
	return true;
}
