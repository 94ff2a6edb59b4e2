// SPDX-License-Identifier: MIT
/*
 * tcp_knobs.c - finding a knob by name, and turning it
 *
 * A name is looked for in the list one line after the other: nobody turns
 * knobs a million times a second.  Lines that share a name on Linux
 * ("tcp_rmem") stand together, and are read and written as one text of several
 * numbers.
 *
 * Sources: what RFC 9293, 3.8, and its relatives leave to the implementation.
 */

#include <errno.h>
#include <string.h>

#include "base/strbuf.h"

#include "tcp/tcp_int.h"

#define KNOB_INFO(field, sysctl, unit, min, def, max, text)              \
	{                                                                \
		#field, sysctl, unit, text,                              \
		min,	def,	max,  offsetof(struct tcp_knobs, field), \
	},

static const struct tcp_knob_info knobs[] = {TCP_KNOBS(KNOB_INFO)};

static const char cc_name[] = "congestion_control";

#define KNOB_DEFAULT(field, sysctl, unit, min, def, max, text) .field = def,

/* Not from the list above: who never asks for a knob by name need not have the
 * names. */
void tcp_knobs_init(struct tcp_knobs *k)
{
	static const struct tcp_knobs defaults = {
		TCP_KNOBS(KNOB_DEFAULT).congestion_control = "cubic"};

	*k = defaults;
}

const struct tcp_knobs *tcp_knobs(const struct stack *stack)
{
	const struct tcp_stack *tcp = stack->slot[SLOT_TCP];

	return &tcp->knobs;
}

const struct tcp_knob_info *tcp_knob_at(size_t i)
{
	return i < ARRAY_SIZE(knobs) ? &knobs[i] : NULL;
}

/* Without the directories of the kernel's name space, dots or slashes. */
static const char *base_name(const char *name)
{
	const char *end = name + strlen(name);

	while (end > name && end[-1] != '.' && end[-1] != '/')
		end--;
	return end;
}

static bool is_cc(const char *name)
{
	return !strcmp(name, cc_name) ||
	       !strcmp(name, "tcp_congestion_control");
}

/* The first line of that name. */
static size_t find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(knobs); i++)
		if (!strcmp(name, knobs[i].name) ||
		    !strcmp(name, knobs[i].sysctl))
			return i;
	return ARRAY_SIZE(knobs);
}

/* How many lines from @i on are one setting under @name. */
static size_t lines_of(size_t i, const char *name)
{
	size_t n = 0;

	while (i + n < ARRAY_SIZE(knobs) && !strcmp(name, knobs[i + n].sysctl))
		n++;
	return n ? n : 1;
}

static uint32_t value_at(const struct tcp_knobs *k, size_t i)
{
	uint32_t v;

	memcpy(&v, (const char *)k + knobs[i].off, sizeof(v));
	return v;
}

static bool is_in_range(size_t i, int64_t v)
{
	return v >= knobs[i].min && v <= knobs[i].max;
}

static void set_at(struct tcp_knobs *k, size_t i, int64_t v)
{
	uint32_t v32 = (uint32_t)v;

	memcpy((char *)k + knobs[i].off, &v32, sizeof(v32));
}

static struct tcp_knobs *knobs_of(struct stack *stack)
{
	struct tcp_stack *tcp = stack->slot[SLOT_TCP];

	return &tcp->knobs;
}

int tcp_knob_set(struct stack *stack, const char *name, int64_t value)
{
	size_t i = find(base_name(name));

	if (i == ARRAY_SIZE(knobs))
		return -ENOENT;
	if (!is_in_range(i, value))
		return -ERANGE;
	set_at(knobs_of(stack), i, value);
	return 0;
}

int tcp_knob_get(const struct stack *stack, const char *name, int64_t *value)
{
	size_t i = find(base_name(name));

	if (i == ARRAY_SIZE(knobs))
		return -ENOENT;
	*value = value_at(tcp_knobs(stack), i);
	return 0;
}

static int set_cc(struct tcp_knobs *k, const char *name)
{
	size_t n = strlen(name);

	if (n >= sizeof(k->congestion_control) || !tcp_cc_find(name))
		return -ENOENT;
	memset(k->congestion_control, 0, sizeof(k->congestion_control));
	memcpy(k->congestion_control, name, n);
	return 0;
}

/* One number, and the blanks behind it; NULL if there is none. */
static const char *scan(const char *s, int64_t *v)
{
	const char *start;

	while (*s == ' ' || *s == '\t')
		s++;
	*v = 0;
	for (start = s; *s >= '0' && *s <= '9'; s++)
		if (*v <= UINT32_MAX)
			*v = *v * 10 + (*s - '0');
	if (s == start)
		return NULL;
	while (*s == ' ' || *s == '\t' || *s == '\n')
		s++;
	return s;
}

int tcp_knob_set_text(struct stack *stack, const char *name, const char *text)
{
	struct tcp_knobs new = *tcp_knobs(stack);
	size_t i, n, k;
	int64_t v;

	name = base_name(name);
	if (is_cc(name))
		return set_cc(knobs_of(stack), text);
	i = find(name);
	if (i == ARRAY_SIZE(knobs))
		return -ENOENT;
	n = lines_of(i, name);
	for (k = 0; k < n; k++) {
		text = scan(text, &v);
		if (!text)
			return -EINVAL;
		if (!is_in_range(i + k, v))
			return -ERANGE;
		set_at(&new, i + k, v);
	}
	if (*text)
		return -EINVAL;
	*knobs_of(stack) = new;
	return 0;
}

int tcp_knob_print(const struct stack *stack, const char *name,
		   struct strbuf *out)
{
	const struct tcp_knobs *k = tcp_knobs(stack);
	size_t i, n, j;

	name = base_name(name);
	if (is_cc(name)) {
		strbuf_puts(out, k->congestion_control);
		return 0;
	}
	i = find(name);
	if (i == ARRAY_SIZE(knobs))
		return -ENOENT;
	n = lines_of(i, name);
	for (j = 0; j < n; j++)
		strbuf_printf(out, "%s%u", j ? " " : "", value_at(k, i + j));
	return 0;
}
