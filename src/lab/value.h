/* SPDX-License-Identifier: MIT */
#ifndef LAB_VALUE_H
#define LAB_VALUE_H

/*
 * value.h - numbers with units, as a lab file writes them
 *
 * All arithmetic is exact: 1.5ms is 1,500,000 ns, and what is not a whole
 * number of the smallest unit is an error.
 *
 *   duration	ns us ms s min h		kept in nanoseconds
 *   rate	bit kbit mbit gbit (a second)	kept in bits a second
 *   size	B kB MB KiB MiB			kept in octets
 *   percent	%				kept in 1e-9: 100% is 1e9
 *   number	no unit
 */

#include <stdint.h>

#include "base/strbuf.h"

enum value_unit {
	VALUE_NUMBER,
	VALUE_DURATION,
	VALUE_RATE,
	VALUE_SIZE,
	VALUE_PERCENT,
	VALUE_UNITS
};

#define VALUE_WHOLE UINT64_C(1000000000) /* 100 % */

/* What can be wrong with a value. */
enum value_error {
	VALUE_OK,
	VALUE_NOT_A_NUMBER,
	VALUE_NO_UNIT,
	VALUE_BAD_UNIT,
	VALUE_TOO_FINE,
	VALUE_TOO_LARGE,
};

/**
 * value_parse() - Read a number with its unit
 * @text:	All of it is read; no spaces
 * @unit:	What is expected
 * @out:	Set on VALUE_OK
 *
 * A bare 0 needs no unit.  Percentages above 100 are VALUE_TOO_LARGE.
 *
 * Return: VALUE_OK, or what is wrong
 */
enum value_error value_parse(const char *text, enum value_unit unit,
			     uint64_t *out);

/* Append a value in the largest unit in which it is a whole number. */
void value_print(struct strbuf *out, enum value_unit unit, uint64_t v);

/* "a duration" */
const char *value_unit_name(enum value_unit unit);

/* "5ms, 1.5s" */
const char *value_unit_example(enum value_unit unit);

/* "ns, us, ms, s, min, h" */
const char *value_unit_list(enum value_unit unit);

/* Regular expression (ECMA 262) of all texts of that unit. */
const char *value_unit_pattern(enum value_unit unit);

/* A number compared with: ">= 1", "< 300ms", "4". */
enum value_op { OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE };

/* Reads `[OP ]VALUE`; OP is one of = == != < <= > >=, and = may be left out. */
enum value_error value_parse_cmp(const char *text, enum value_unit unit,
				 enum value_op *op, uint64_t *out);

const char *value_op_name(enum value_op op);

static inline int value_meets(uint64_t seen, enum value_op op, uint64_t want)
{
	switch (op) {
	case OP_NE:
		return seen != want;
	case OP_LT:
		return seen < want;
	case OP_LE:
		return seen <= want;
	case OP_GT:
		return seen > want;
	case OP_GE:
		return seen >= want;
	case OP_EQ:
	default:
		return seen == want;
	}
}

#endif /* LAB_VALUE_H */
