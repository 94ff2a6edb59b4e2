// SPDX-License-Identifier: MIT
/*
 * group.c - numbers and names that IGMP and MLD have in common
 *
 * Times are small floating-point numbers: below the top bit a value stands for
 * itself; with the top bit set there are three bits of exponent and, behind
 * an implied one, the mantissa.
 */

#include "wire/group.h"

/* A code of @bits bits in all, so @bits - 4 of mantissa. */
static uint32_t code_value(uint32_t code, unsigned int bits)
{
	unsigned int man = bits - 4;
	uint32_t one = UINT32_C(1) << man;

	if (code < one << 3)
		return code;
	return ((code & (one - 1)) | one) << ((code >> man & 7) + 3);
}

static uint32_t code_of(uint32_t value, unsigned int bits)
{
	unsigned int man = bits - 4;
	uint32_t one = UINT32_C(1) << man, exp = 0;

	if (value < one << 3)
		return value;
	if (value > (2 * one - 1) << 10)
		return (one << 4) - 1;
	while (value >> (exp + 3) > 2 * one - 1)
		exp++;
	return one << 3 | exp << man | (value >> (exp + 3) & (one - 1));
}

uint32_t group_code_value(uint8_t code)
{
	return code_value(code, 8);
}

uint8_t group_code_of(uint32_t value)
{
	return (uint8_t)code_of(value, 8);
}

uint32_t group_code16_value(uint16_t code)
{
	return code_value(code, 16);
}

uint16_t group_code16_of(uint32_t value)
{
	return (uint16_t)code_of(value, 16);
}

const char *group_record_name(uint8_t type)
{
	static const char *const names[] = {
		[GROUP_IS_INCLUDE] = "wants only these sources",
		[GROUP_IS_EXCLUDE] = "wants all sources but these",
		[GROUP_TO_INCLUDE] = "wants from now on only these sources",
		[GROUP_TO_EXCLUDE] = "wants from now on all sources but these",
		[GROUP_ALLOW] = "wants these sources too",
		[GROUP_BLOCK] = "wants these sources no more",
	};

	if (!type || type >= sizeof(names) / sizeof(names[0]))
		return "unknown";
	return names[type];
}
