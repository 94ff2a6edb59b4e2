// SPDX-License-Identifier: MIT
/*
 * bpdu.c - what bridges tell each other, read and written
 *
 * A later version than ours is read as ours: what is new in it stands behind
 * what we know (IEEE 802.1D-2004, 9.3.4).
 */

#include "wire/bpdu.h"

#include "base/cursor.h"

#define VERSION_RST 2

const mac_addr bpdu_group = {{0x01, 0x80, 0xc2, 0x00, 0x00, 0x00}};

static bool is_between(uint16_t time, unsigned int low_s, unsigned int high_s)
{
	return time >= low_s * BPDU_SECOND && time <= high_s * BPDU_SECOND;
}

/* IEEE 802.1D-2004, table 17-1; old information would go round for ever. */
static bool has_good_times(const struct bpdu_hdr *h)
{
	return is_between(h->max_age, 6, 40) && is_between(h->hello, 1, 10) &&
	       is_between(h->fwd_delay, 4, 30) && h->age < h->max_age;
}

static void read_vector(struct bpdu_hdr *h, struct cursor *c)
{
	h->flags = cur_u8(c);
	h->root = cur_u64(c);
	h->cost = cur_u32(c);
	h->bridge = cur_u64(c);
	h->port = cur_u16(c);
	h->age = cur_u16(c);
	h->max_age = cur_u16(c);
	h->hello = cur_u16(c);
	h->fwd_delay = cur_u16(c);
	if (h->type == BPDU_RST)
		cur_skip(c, 1); /* length of a part that nobody has */
}

int bpdu_parse(struct bpdu_hdr *out, const uint8_t *buf, size_t len)
{
	struct cursor c = cur_init(buf, len);
	struct bpdu_hdr h = {0};
	uint16_t protocol = cur_u16(&c);

	h.version = cur_u8(&c);
	h.type = cur_u8(&c);
	if (!cur_ok(&c))
		return WIRE_SHORT;
	if (protocol != 0 || !bpdu_type_name(h.type) ||
	    (h.type == BPDU_RST && h.version < VERSION_RST))
		return WIRE_VERSION;
	if (h.type != BPDU_TCN) {
		read_vector(&h, &c);
		if (!cur_ok(&c))
			return WIRE_SHORT;
		if (!has_good_times(&h))
			return WIRE_FIELD;
	}
	*out = h;
	return (int)bpdu_len(&h);
}

size_t bpdu_len(const struct bpdu_hdr *h)
{
	if (h->type == BPDU_TCN)
		return BPDU_TCN_LEN;
	return h->type == BPDU_RST ? BPDU_RST_LEN : BPDU_CONFIG_LEN;
}

void bpdu_emit(uint8_t *buf, const struct bpdu_hdr *h)
{
	struct wcursor w = wcur_init(buf, bpdu_len(h));

	wcur_u16(&w, 0);
	wcur_u8(&w, h->version);
	wcur_u8(&w, h->type);
	if (h->type == BPDU_TCN)
		return;
	wcur_u8(&w, h->flags);
	wcur_u64(&w, h->root);
	wcur_u32(&w, h->cost);
	wcur_u64(&w, h->bridge);
	wcur_u16(&w, h->port);
	wcur_u16(&w, h->age);
	wcur_u16(&w, h->max_age);
	wcur_u16(&w, h->hello);
	wcur_u16(&w, h->fwd_delay);
	if (h->type == BPDU_RST)
		wcur_u8(&w, 0);
}

const char *bpdu_role_name(enum bpdu_role role)
{
	switch (role) {
	case BPDU_ROLE_ALTERNATE:
		return "alternate or backup";
	case BPDU_ROLE_ROOT:
		return "root";
	case BPDU_ROLE_DESIGNATED:
		return "designated";
	case BPDU_ROLE_UNKNOWN:
	default:
		return "unknown";
	}
}

const char *bpdu_type_name(uint8_t type)
{
	switch (type) {
	case BPDU_CONFIG:
		return "spanning tree";
	case BPDU_RST:
		return "rapid spanning tree";
	case BPDU_TCN:
		return "topology change notification";
	default:
		return NULL;
	}
}
