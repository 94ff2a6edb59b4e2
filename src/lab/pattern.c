// SPDX-License-Identifier: MIT
/*
 * pattern.c - "tcp.SYN from laptop": reading it
 *
 * What a pattern fits is decided in pattern_match.c.
 */
#include "lab/pattern.h"

#include <string.h>

#include "base/check.h"

#include "core/drop.h"

enum { WORDS_MAX = 6, NEAR_MAX = R_COUNT + DROP_COUNT + 32 };

/* clang-format off */
static const struct {
	const char *name;
	enum pattern_kind kind;
	unsigned value;
} frames[] = {
	{"frame.any",		PATTERN_ANY,		0},
	{"ip.any",		PATTERN_IP,		0},
	{"udp.any",		PATTERN_UDP,		0},
	{"tcp.any",		PATTERN_TCP,		0},
	{"tcp.ACK",		PATTERN_TCP_ACK,	0},
	{"tcp.data",		PATTERN_TCP_DATA,	0},
	{"arp.request",		PATTERN_ARP,		1},
	{"arp.reply",		PATTERN_ARP,		2},
	{"icmp.echo-reply",	PATTERN_ICMP,		0},
	{"icmp.unreachable",	PATTERN_ICMP,		3},
	{"icmp.echo-request",	PATTERN_ICMP,		8},
	{"icmp.time-exceeded",	PATTERN_ICMP,		11},
	{"dns.query",		PATTERN_DNS,		0},
	{"dns.answer",		PATTERN_DNS,		1},
	{"tcp.SYN",		PATTERN_TCP_FLAGS,	0x02},
	{"tcp.FIN",		PATTERN_TCP_FLAGS,	0x01},
	{"tcp.RST",		PATTERN_TCP_FLAGS,	0x04},
};

static const struct {
	const char *name;
	unsigned bit;
} flags[] = {
	{"FIN", 0x01}, {"SYN", 0x02}, {"RST", 0x04},
	{"PSH", 0x08}, {"ACK", 0x10}, {"URG", 0x20},
};
/* clang-format on */

static bool word_is_upper(const char *s)
{
	while (*s >= 'A' && *s <= 'Z')
		s++;
	return !*s;
}

static bool word_is_status(const char *s)
{
	return strlen(s) == 3 && strspn(s, "0123456789") == 3;
}

/* "SYN,ACK": 0 if it is not a list of flags. */
static unsigned flags_parse(const char *s)
{
	unsigned all = 0, bit;

	while (*s) {
		size_t len = strcspn(s, ",");

		bit = 0;
		for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
			if (len == 3 && strncmp(flags[i].name, s, 3) == 0)
				bit = flags[i].bit;
		if (!bit)
			return 0;
		all |= bit;
		s += len;
		if (*s && !*++s)
			return 0;
	}
	return all;
}

static bool what_frame(struct pattern *p, const char *what)
{
	for (size_t i = 0; i < ARRAY_SIZE(frames); i++) {
		if (strcmp(frames[i].name, what) == 0) {
			p->kind = frames[i].kind;
			p->value = frames[i].value;
			return true;
		}
	}
	if (strncmp(what, "tcp.", 4) == 0 && flags_parse(what + 4)) {
		p->kind = PATTERN_TCP_FLAGS;
		p->value = flags_parse(what + 4);
		return true;
	}
	if (strncmp(what, "http.", 5) == 0 && what[5] &&
	    (word_is_upper(what + 5) || word_is_status(what + 5))) {
		p->kind = PATTERN_HTTP;
		p->word = what + 5;
		return true;
	}
	return false;
}

static bool what_drop(struct pattern *p, const char *what)
{
	if (strncmp(what, "drop.", 5) != 0)
		return false;
	for (int d = 0; d < DROP_COUNT; d++) {
		if (strcmp(drop_name((enum drop)d), what + 5) == 0) {
			p->kind = PATTERN_DROP;
			p->value = (unsigned)d;
			return true;
		}
	}
	return false;
}

static bool what_event(struct pattern *p, const char *what)
{
	for (int r = R_NONE + 1; r < R_COUNT; r++) {
		if (strcmp(reason_name((enum reason)r), what) == 0) {
			p->kind = PATTERN_EVENT;
			p->what = (enum reason)r;
			return true;
		}
	}
	return false;
}

static void what_unknown(const char *what, struct lab_pos at, struct diag *diag)
{
	const char *names[NEAR_MAX], *near;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(frames); i++)
		names[n++] = frames[i].name;
	for (int r = R_NONE + 1; r < R_COUNT; r++)
		names[n++] = reason_name((enum reason)r);
	for (int d = 0; d < DROP_COUNT; d++)
		names[n++] = arena_printf(diag->arena, "drop.%s",
					  drop_name((enum drop)d));
	if (arena_is_out(diag->arena))
		return;
	check(n <= NEAR_MAX);
	near = diag_nearest(what, names, n);
	if (near)
		diag_error(diag, at,
			   "nothing is called '%s'; did you mean '%s'?", what,
			   near);
	else
		diag_error(diag, at,
			   "nothing is called '%s'; it is written tcp.SYN, "
			   "dns.query, http.GET, or as in the log",
			   what);
}

/* Words of a text, each with its place. */
static size_t words_split(const struct lab_str *text, struct arena *a,
			  struct lab_str *words)
{
	const char *p = text->s;
	size_t n = 0;

	while (n < WORDS_MAX) {
		size_t len;

		p += strspn(p, " ");
		len = strcspn(p, " ");
		if (!len)
			break;
		words[n].at = text->at;
		words[n].s = arena_text(a, p, len);
		if (!words[n].s)
			break;
		n++;
		p += len;
	}
	return n;
}

static bool pattern_nodes(struct pattern *p, const struct lab_str *words,
			  size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct lab_str *slot = &p->any;

		if (strcmp(words[i].s, "from") == 0)
			slot = &p->from;
		else if (strcmp(words[i].s, "to") == 0)
			slot = &p->to;
		if (slot != &p->any && ++i == n)
			return false;
		if (slot->s)
			return false;
		*slot = words[i];
	}
	return true;
}

bool pattern_parse(struct pattern *p, const struct lab_str *text,
		   struct diag *diag)
{
	struct lab_str words[WORDS_MAX];
	size_t n = words_split(text, diag->arena, words);

	*p = (struct pattern){0};
	if (arena_is_out(diag->arena))
		return false;
	if (!n || !pattern_nodes(p, words, n)) {
		diag_error(diag, text->at,
			   "'%s' is not a pattern; it is written WHAT [NODE] "
			   "[from NODE] [to NODE]",
			   text->s);
		return false;
	}
	if (what_frame(p, words[0].s) || what_drop(p, words[0].s) ||
	    what_event(p, words[0].s))
		return true;
	what_unknown(words[0].s, text->at, diag);
	return false;
}
