// SPDX-License-Identifier: MIT
/*
 * tcp_rest.c - the tally of a connection that rests, in few octets
 *
 * Theory of operation
 * ===================
 * Most connections do nothing most of the time, and a server may have millions
 * of them.  Each that has ever spoken has a tally (tcp_tally.c) of a hundred
 * and seventy octets, which tcp_pack.c makes thirty of.
 *
 * Whoever rests will often speak again at once, so packing waits: the last
 * tcp->resting_max that came to rest keep their tallies as they are, in a list,
 * the oldest first, and only who falls out of it is packed.
 *
 *	speaks -- tcp_rest_begin() --> in tcp->resting -- pack() --> packed
 *	   ^                                |                          |
 *	   +----------- tcp_rest_end() -----+--------------------------+
 *
 * Of a million connections, each of which speaks once in a while, none is found
 * in the list when it speaks again, and what falls out of it is far away by
 * then, in no cache.  So who has rested for longer than the oldest in the list,
 * and would not have been found there this time, is packed next time as soon as
 * it rests, while all of it is near.  Then the list moves on more slowly, until
 * it holds those of shorter rests: whoever they are.  (Request and answer over
 * a million connections: 1,695 ns became 1,517, with the packing of
 * tcp_pack.c.)
 *
 * If there is no memory for packing, the tally stays what it is.  If there is
 * none for unpacking, the connection stays at rest, as without its busy part.
 *
 * Invariants
 * ----------
 *  (1) TCP_TALLY_PACKED is set if and only if c->packed is what is there; then
 *	the connection has no busy part.
 *  (2) A tally is in tcp->resting only if its connection has no busy part.
 */

#include <string.h>

#include "tcp/tcp_int.h"

enum {
	PACKED_MAX = 64, /* who needs more is left alone */
	PACKED_STEP = 8,
	FIRST_CLASS = 3, /* of three steps: struct tcp_stack.packed_pool */
};
static_assert(PACKED_MAX / PACKED_STEP - FIRST_CLASS + 1 == TCP_PACKED_CLASSES,
	      "a pool for each size");

static struct pool *pool_for(struct tcp_stack *tcp, size_t len)
{
	size_t steps = (len + PACKED_STEP - 1) / PACKED_STEP;

	return &tcp->packed_pool[max_size(steps, FIRST_CLASS) - FIRST_CLASS];
}

void tcp_rest_init(struct tcp_stack *tcp, struct mem *mem)
{
	int i;

	list_init(&tcp->resting);
	tcp->resting_max = TCP_RESTING_MAX;
	for (i = 0; i < TCP_PACKED_CLASSES; i++)
		pool_init(&tcp->packed_pool[i], mem, "tcp-packed",
			  (size_t)(FIRST_CLASS + i) * PACKED_STEP, 0);
}

void tcp_rest_fini(struct tcp_stack *tcp)
{
	int i;

	for (i = 0; i < TCP_PACKED_CLASSES; i++)
		pool_fini(&tcp->packed_pool[i]);
}

static void leave_list(struct tcp_stack *tcp, struct tcp_tally *t)
{
	list_del(&t->node);
	tcp->resting_count--;
}

/* What belongs to @c is not in the list, or not any more. */
static void pack(struct tcp_conn *c, struct tcp_tally *t)
{
	uint8_t code[TCP_PACK_ROOM], *p;
	size_t len = tcp_pack(t, code);

	p = len <= PACKED_MAX ? pool_get(pool_for(c->tcp, len)) : NULL;
	if (!p)
		return;
	memcpy(p, code, len);
	pool_put(&c->tcp->tally_pool, t);
	c->packed = p;
	c->end.bits |= TCP_TALLY_PACKED;
}

static bool is_packed(const struct tcp_conn *c)
{
	return c->end.bits & TCP_TALLY_PACKED;
}

static void free_packed(struct tcp_conn *c, size_t len)
{
	pool_put(pool_for(c->tcp, len), c->packed);
	c->packed = NULL;
	c->end.bits &= (uint16_t)~TCP_TALLY_PACKED;
}

/*
 * Whose turn it is next has done nothing for long, and his memory is far away
 * by now.  It is asked for one turn ahead; that of the tally behind it one
 * more, since the list has to be followed.  (A million connections, one request
 * after the other: nothing else was waited for as long.)
 */
static void ask_for_next(struct tcp_stack *tcp)
{
	struct tcp_tally *next =
		list_first_entry(&tcp->resting, struct tcp_tally, node);

	ask_for(next->node.next, sizeof(*next));
	ask_line(&next->conn->end.bits);
	ask_line(&next->conn->packed);
}

/* Who falls out of the list. */
static void pack_oldest(struct tcp_stack *tcp)
{
	struct tcp_tally *t =
		list_first_entry(&tcp->resting, struct tcp_tally, node);

	check(t);
	leave_list(tcp, t);
	pack(t->conn, t);
	if (tcp->resting_count)
		ask_for_next(tcp);
}

bool tcp_rest_is_seldom(const struct tcp_stack *tcp, uint32_t since_ms)
{
	const struct tcp_tally *t;

	if (tcp->resting_count < tcp->resting_max)
		return false;
	t = list_first_entry(&tcp->resting, struct tcp_tally, node);
	return !t || (int32_t)(since_ms - t->ack_ms) < 0;
}

void tcp_rest_begin(struct tcp_conn *c)
{
	struct tcp_stack *tcp = c->tcp;
	struct tcp_tally *t = c->tally;

	if (t->is_seldom) {
		pack(c, t);
		return;
	}
	t->conn = c;
	list_add_tail(&tcp->resting, &t->node);
	if (++tcp->resting_count > tcp->resting_max)
		pack_oldest(tcp);
}

bool tcp_rest_end(struct tcp_conn *c)
{
	struct tcp_tally *t = c->tally;

	if (is_packed(c)) {
		t = pool_get_zeroed(&c->tcp->tally_pool);
		if (!t)
			return false;
		free_packed(c, tcp_unpack(c->packed, c, t));
		t->is_seldom = tcp_rest_is_seldom(c->tcp, t->ack_ms);
		c->tally = t;
	} else if (t && list_is_linked(&t->node)) {
		leave_list(c->tcp, t);
	}
	return true;
}

const struct tcp_tally *tcp_rest_look(const struct tcp_conn *c,
				      struct tcp_tally *copy)
{
	if (!is_packed(c))
		return c->tally;
	memset(copy, 0, sizeof(*copy));
	tcp_unpack(c->packed, c, copy);
	return copy;
}

void tcp_rest_free(struct tcp_conn *c)
{
	struct tcp_tally copy = {0};

	if (is_packed(c))
		free_packed(c, tcp_unpack(c->packed, c, &copy));
	if (c->tally && list_is_linked(&c->tally->node))
		leave_list(c->tcp, c->tally);
	pool_put(&c->tcp->tally_pool, c->tally);
	c->tally = NULL;
}
