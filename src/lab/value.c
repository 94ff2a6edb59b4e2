// SPDX-License-Identifier: MIT
/*
 * value.c - numbers with units, as a lab file writes them
 *
 * Theory of operation
 * ===================
 * A text is digits, perhaps a dot and more digits, and a unit.  The digits are
 * one integer with a decimal exponent; the unit is a factor.  The value is
 * digits * factor / 10^decimals, and must come out whole.
 */
#include "lab/value.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/check.h"

struct unit_word {
	const char *word;
	uint64_t factor;
};

struct unit_kind {
	const char *name, *example, *list, *pattern;
	const struct unit_word *words; /* smallest first; ends with NULL */
	uint64_t max;
};

#define DIGITS "^[0-9]+(\\.[0-9]+)?"

/* clang-format off */
static const struct unit_word unit_none[] = {{"", 1}, {0}};
static const struct unit_word unit_duration[] = {
	{"ns",	1},
	{"us",	1000},
	{"ms",	1000000},
	{"s",	1000000000},
	{"min",	UINT64_C(60000000000)},
	{"h",	UINT64_C(3600000000000)},
	{0}
};
static const struct unit_word unit_rate[] = {
	{"bit", 1}, {"kbit", 1000}, {"mbit", 1000000}, {"gbit", 1000000000}, {0}
};
static const struct unit_word unit_size[] = {
	{"B", 1}, {"kB", 1000}, {"KiB", 1024}, {"MB", 1000000},
	{"MiB", 1048576}, {0}
};
static const struct unit_word unit_percent[] = {{"%", 10000000}, {0}};

static const struct unit_kind unit_kinds[] = {
	[VALUE_NUMBER]	 = {"a whole number", "4", "", "^[0-9]+$",
			    unit_none, INT64_MAX},
	[VALUE_DURATION] = {"a duration", "5ms or 1.5s",
			    "ns, us, ms, s, min, h",
			    DIGITS "(ns|us|ms|s|min|h)$|^0$",
			    unit_duration, INT64_MAX},
	[VALUE_RATE]	 = {"a rate", "100mbit or 1gbit",
			    "bit, kbit, mbit, gbit (a second)",
			    DIGITS "(bit|kbit|mbit|gbit)$|^0$",
			    unit_rate, UINT64_C(1000000000000)},
	[VALUE_SIZE]	 = {"a size", "1500B or 64KiB", "B, kB, KiB, MB, MiB",
			    DIGITS "(B|kB|KiB|MB|MiB)$|^0$",
			    unit_size, UINT64_C(1) << 40},
	[VALUE_PERCENT]	 = {"a percentage", "0.1%", "%", DIGITS "%$|^0$",
			    unit_percent, VALUE_WHOLE},
};
static_assert(ARRAY_SIZE(unit_kinds) == VALUE_UNITS, "a row for each unit");

static const char *const op_names[] = {
	[OP_EQ] = "=", [OP_NE] = "!=", [OP_LT] = "<", [OP_LE] = "<=",
	[OP_GT] = ">", [OP_GE] = ">=",
};
/* clang-format on */

/* Digits before the unit: value = digits / 10^decimals. */
struct digits {
	uint64_t digits;
	uint64_t scale; /* 10^decimals */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool digits_add(struct digits *d, char c)
{
	if (d->digits > (UINT64_MAX - 9) / 10)
		return false;
	d->digits = d->digits * 10 + (uint64_t)(c - '0');
	return true;
}

static enum value_error digits_parse(const char **text, struct digits *d)
{
	const char *p = *text;

	*d = (struct digits){.scale = 1};
	if (!is_digit(*p))
		return VALUE_NOT_A_NUMBER;
	for (; is_digit(*p); p++)
		if (!digits_add(d, *p))
			return VALUE_TOO_LARGE;
	if (*p == '.') {
		if (!is_digit(p[1]))
			return VALUE_NOT_A_NUMBER;
		for (p++; is_digit(*p); p++) {
			if (d->scale > UINT64_MAX / 10 || !digits_add(d, *p))
				return VALUE_TOO_FINE;
			d->scale *= 10;
		}
	}
	*text = p;
	return VALUE_OK;
}

static const struct unit_word *unit_find(enum value_unit unit, const char *word)
{
	const struct unit_word *w;

	for (w = unit_kinds[unit].words; w->word; w++)
		if (strcmp(w->word, word) == 0)
			return w;
	return NULL;
}

/* @factor over @scale, both without their common divisors. */
static void fraction_shorten(uint64_t *factor, uint64_t *scale)
{
	static const uint64_t primes[] = {2, 5};

	for (size_t i = 0; i < ARRAY_SIZE(primes); i++) {
		while (*factor % primes[i] == 0 && *scale % primes[i] == 0) {
			*factor /= primes[i];
			*scale /= primes[i];
		}
	}
}

enum value_error value_parse(const char *text, enum value_unit unit,
			     uint64_t *out)
{
	const struct unit_word *w;
	struct digits d;
	enum value_error error = digits_parse(&text, &d);
	uint64_t factor;

	if (error)
		return error;
	w = unit_find(unit, text);
	if (!w && *text)
		return VALUE_BAD_UNIT;
	if (!w && d.digits)
		return VALUE_NO_UNIT;
	factor = w ? w->factor : 1;
	fraction_shorten(&factor, &d.scale);
	if (d.digits % d.scale)
		return VALUE_TOO_FINE;
	d.digits /= d.scale;
	if (d.digits > unit_kinds[unit].max / factor)
		return VALUE_TOO_LARGE;
	*out = d.digits * factor;
	return VALUE_OK;
}

/* A percentage keeps its decimals: 1000000 (1e-9) is 0.1%. */
static void value_print_percent(struct strbuf *out, uint64_t v)
{
	char text[32];
	struct strbuf sb;

	strbuf_init_fixed(&sb, text, sizeof(text));
	strbuf_printf(&sb, "%u.%07u", (unsigned)(v / 10000000),
		      (unsigned)(v % 10000000));
	while (text[sb.len - 1] == '0')
		strbuf_truncate(&sb, sb.len - 1);
	if (text[sb.len - 1] == '.')
		strbuf_truncate(&sb, sb.len - 1);
	strbuf_printf(out, "%s%%", text);
}

void value_print(struct strbuf *out, enum value_unit unit, uint64_t v)
{
	const struct unit_word *w, *best = unit_kinds[unit].words;

	if (unit == VALUE_PERCENT) {
		value_print_percent(out, v);
		return;
	}
	for (w = best; v && w->word; w++)
		if (v % w->factor == 0)
			best = w;
	if (!v && unit == VALUE_DURATION)
		best = unit_find(unit, "s");
	strbuf_printf(out, "%llu%s", (unsigned long long)(v / best->factor),
		      best->word);
}

const char *value_unit_name(enum value_unit unit)
{
	return unit_kinds[unit].name;
}

const char *value_unit_example(enum value_unit unit)
{
	return unit_kinds[unit].example;
}

const char *value_unit_list(enum value_unit unit)
{
	return unit_kinds[unit].list;
}

const char *value_unit_pattern(enum value_unit unit)
{
	return unit_kinds[unit].pattern;
}

/* Longest first, so that "<=" is not read as "<". */
static const struct {
	const char *word;
	enum value_op op;
} op_words[] = {
	{"==", OP_EQ}, {"!=", OP_NE}, {"<=", OP_LE}, {">=", OP_GE},
	{"=", OP_EQ},  {"<", OP_LT},  {">", OP_GT},
};

enum value_error value_parse_cmp(const char *text, enum value_unit unit,
				 enum value_op *op, uint64_t *out)
{
	*op = OP_EQ;
	for (size_t i = 0; i < ARRAY_SIZE(op_words); i++) {
		size_t len = strlen(op_words[i].word);

		if (strncmp(text, op_words[i].word, len) == 0) {
			*op = op_words[i].op;
			text += len;
			break;
		}
	}
	while (*text == ' ')
		text++;
	return value_parse(text, unit, out);
}

const char *value_op_name(enum value_op op)
{
	return op_names[op];
}
