// SPDX-License-Identifier: MIT
/*
 * labels.c - domain names as labels, without compression
 *
 * A name is a row of labels, each with its length in front, and ends with a
 * label of no octets.  The cursor bounds what a length can claim, and the room
 * for the text bounds how long the row can be.
 */

#include "wire/labels.h"

#include <stdbool.h>
#include <string.h>

#include "wire/bad.h"

#define LABEL_MAX 63

static bool is_name_octet(uint8_t ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
	       (ch >= '0' && ch <= '9') || ch == '-' || ch == '_';
}

int labels_read(struct cursor *c, char text[static LABELS_TEXT])
{
	size_t len = 0;
	uint8_t n, i;

	for (n = cur_u8(c); n; n = cur_u8(c)) {
		const uint8_t *label = cur_take(c, n);

		if (!label || n > LABEL_MAX || len + n + 2 > LABELS_TEXT)
			return WIRE_FIELD;
		if (len)
			text[len++] = '.';
		for (i = 0; i < n; i++) {
			if (!is_name_octet(label[i]))
				return WIRE_FIELD;
			text[len++] = (char)label[i];
		}
	}
	text[len] = '\0';
	return cur_ok(c) ? (int)len : WIRE_FIELD;
}

size_t labels_make(const char *name, uint8_t octets[static 256])
{
	struct wcursor w = wcur_init(octets, 255);

	while (*name && wcur_ok(&w)) {
		size_t n = strcspn(name, ".");

		if (n == 0 || n > LABEL_MAX)
			return 0;
		wcur_u8(&w, (uint8_t)n);
		wcur_bytes(&w, name, n);
		name += n + (name[n] == '.');
	}
	wcur_u8(&w, 0);
	return wcur_ok(&w) && wcur_len(&w) > 1 ? wcur_len(&w) : 0;
}
