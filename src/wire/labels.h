/* SPDX-License-Identifier: MIT */
#ifndef WIRE_LABELS_H
#define WIRE_LABELS_H

/*
 * labels.h - domain names as labels, without compression (RFC 1035, 3.1)
 *
 * Router advertisements and DHCPv6 carry names so.  In text a name has dots
 * between its labels and none at its end; only letters, digits, '-' and '_'
 * are taken, for the text is shown to people.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

#define LABELS_TEXT 254 /* 253 characters and the NUL */

/**
 * labels_read() - The next name
 * @c:		Its octets are taken
 * @text:	Filled in on success
 *
 * Return: the length of the text, 0 for the root (or padding), or WIRE_FIELD
 */
int labels_read(struct cursor *c, char text[static LABELS_TEXT]);

/**
 * labels_make() - A name as octets
 * @octets:	Room for 256
 *
 * Return: how many, or 0: it is no name ("", "a..b", a label over 63)
 */
size_t labels_make(const char *name, uint8_t octets[static 256]);

#endif /* WIRE_LABELS_H */
