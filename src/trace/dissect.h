/* SPDX-License-Identifier: MIT */
#ifndef TRACE_DISSECT_H
#define TRACE_DISSECT_H

/*
 * dissect.h - every octet of a frame, named
 *
 * Theory of operation
 * ===================
 * A dissection is a list of fields in order of their offset: which octets, of
 * which header, what the standard calls them, what stands there, and what that
 * means in plain words.  The fields cover every octet of the frame exactly
 * once, whatever the frame is: what nothing else claims is data.
 *
 * Each protocol has a function that reads its header through a checked cursor
 * and names what comes next by looking at it, as a receiver would.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

/**
 * struct dis_field - some octets and their name
 * @off:	First octet in the frame
 * @len:	How many
 * @layer:	Header they belong to: "Ethernet", "IPv4", "TCP"
 * @osi:	Its layer in the OSI model, 1 to 7
 * @name:	As the standard names it: "Time to Live"
 * @meaning:	Plain words, or NULL
 */
struct dis_field {
	uint32_t off;
	uint32_t len;
	const char *layer;
	int osi;
	const char *name;
	const char *meaning;
	uint32_t value; /* offset into the text, see dis_value() */
};

#define DIS_TAGS_MAX 4

/**
 * struct dissection - the fields of one frame
 * @frame:	Lent, must outlive it
 * @len:	Octets
 * @fields:	@count fields in order of offset, without gaps
 * @has_fcs:	The last octets are the frame check sequence
 * @depth:	IP headers opened: 2 within the packet that an error quotes
 * @tags:	VLAN tags seen; more than DIS_TAGS_MAX stay data
 * @pseudo:	Sum of the pseudo header, where a checksum can be verified
 * @can_sum:	It can: the packet is whole
 */
struct dissection {
	struct mem *mem;
	const uint8_t *frame;
	size_t len;
	struct dis_field *fields;
	size_t count, room;
	struct strbuf text;
	bool has_fcs;
	bool has_failed;
	bool can_sum;
	int depth;
	int tags;
	uint32_t pseudo;
	/* where the next field goes */
	const char *layer;
	int osi;
};

/**
 * dissect() - Name every octet of a frame
 * @d:		Filled in; goes with dissect_fini(), whatever is returned
 * @mem:	Where the list comes from
 * @frame:	Beginning with the Ethernet header; any octets are safe
 * @len:	How many
 * @has_fcs:	The last four are the FCS
 *
 * Return: 0 or -ENOMEM
 */
int dissect(struct dissection *d, struct mem *mem, const uint8_t *frame,
	    size_t len, bool has_fcs);

/**
 * dissect_event() - Name every octet of a frame of the log
 * @ev:		Whose; lent as long as @d lives
 *
 * Return: 0, -ENOMEM, or -EINVAL (it has no frame)
 */
struct log_event;
int dissect_event(struct dissection *d, struct mem *mem,
		  const struct log_event *ev);

void dissect_fini(struct dissection *d);

/* What stands there, as text. */
const char *dis_value(const struct dissection *d, const struct dis_field *f);

/* First field of that layer and name, or NULL. */
const struct dis_field *dis_find(const struct dissection *d, const char *layer,
				 const char *name);

#endif /* TRACE_DISSECT_H */
