// SPDX-License-Identifier: MIT
/*
 * outlet_pump.c - octets of a stream, from one TCP to the other
 *
 * Theory of operation
 * ===================
 * Two TCPs meet here, the lab's and the machine's, and each has buffers and a
 * window.  So nothing is kept in between: what the lab has sent stays in its
 * receive queue until the machine's socket takes it, and from the machine no
 * more is read than the lab's send queue has room for.  Who is slow closes his
 * window, the queue in front of it fills, and the window of the other closes:
 * back pressure goes from one end to the other.
 *
 *	lab --> receive queue --> send(2) --> machine
 *	lab <-- send queue <----- recv(2) <-- machine
 *
 * Ends go through one at a time: a FIN becomes shutdown(2), the end of the
 * machine's stream a FIN.  When both have passed, the conversation is over.  A
 * reset at one end becomes one at the other, and discards what was on its way,
 * as a reset does.
 */
#include <errno.h>

#include "core/waitq.h"

#include "outlet/outlet_int.h"
#include "tcp/tcp.h"
#include "tcp/tcp_foreign.h"

enum { PIECES = 16 };

/* What one direction did in its turn. */
enum turn { TURN_IDLE, TURN_MORE, TURN_RESET };

static void note_end(struct talk *f, const char *how)
{
	PROBE(outlet_place(f->o), EV_NOTE, R_OUTLET_CLOSED, NULL,
	      EVF_EP("client", &f->key.client), EVF_EP("dest", &f->key.dest),
	      EVF_TEXT("how", how));
}

/* What comes back will be taken for an answer to this. */
static void note_out(struct talk *f, long octets)
{
	uint32_t n =
		PROBE(outlet_place(f->o), EV_NOTE, R_OUTLET_OUT, NULL,
		      EVF_EP("client", &f->key.client),
		      EVF_EP("dest", &f->key.dest), EVF_NUM("octets", octets));

	if (n)
		f->cause = n;
}

static void note_in(struct talk *f, long octets)
{
	struct env *env = outlet_place(f->o)->env;

	if (f->cause)
		env->cause = f->cause;
	PROBE_CAUSE(outlet_place(f->o), EV_NOTE, R_OUTLET_IN, NULL,
		    EVF_EP("client", &f->key.client),
		    EVF_EP("dest", &f->key.dest), EVF_NUM("octets", octets));
}

/* One of the two was reset. */
static void both_reset(struct talk *f, const char *how)
{
	note_end(f, how);
	tcp_abort(f->conn);
	f->conn = NULL;
	talk_end(f, true);
}

/* The lab's octets, lent by its queue.  What send() says. */
static long send_pieces(struct talk *f, const struct tcp_lent *lent, size_t n)
{
	const struct outlet_cfg *cfg = &f->o->cfg;
	struct iovec v[PIECES];

	for (size_t i = 0; i < n; i++)
		v[i] = (struct iovec){
			.iov_base = lent[i].blk->data + lent[i].off,
			.iov_len = lent[i].len,
		};
	return cfg->ops->send(cfg->ops_arg, f->sock, v, (int)n);
}

static enum turn lab_ended(struct talk *f)
{
	const struct outlet_cfg *cfg = &f->o->cfg;

	f->lab_ended = true;
	f->o->speakers--;
	cfg->ops->shutdown(cfg->ops_arg, f->sock);
	return TURN_IDLE;
}

static enum turn to_machine(struct talk *f)
{
	struct tcp_lent lent[PIECES];
	size_t done = 0;

	while (!f->lab_ended && f->ready & HOST_OUT && done < OUTLET_TURN) {
		long n = tcp_recv_lend(f->conn, lent, PIECES), sent;

		if (n == 0)
			return lab_ended(f);
		if (n < 0)
			return n == -EAGAIN ? TURN_IDLE : TURN_RESET;
		sent = send_pieces(f, lent, (size_t)n);
		if (sent == -EAGAIN)
			f->ready &= ~(unsigned int)HOST_OUT;
		else if (sent < 0)
			return TURN_RESET;
		if (sent <= 0)
			return TURN_IDLE;
		note_out(f, sent);
		tcp_recv_done(f->conn, (size_t)sent);
		f->o->stats.out_octets += (uint64_t)sent;
		done += (size_t)sent;
	}
	return done >= OUTLET_TURN ? TURN_MORE : TURN_IDLE;
}

/* What the machine had for the lab is in the lab's queue now. */
static enum turn came(struct talk *f, long n)
{
	struct outlet *o = f->o;

	if (n == 0) {
		f->host_ended = true;
		(void)tcp_shutdown_send(f->conn);
		return TURN_IDLE;
	}
	if (n == -EAGAIN) {
		f->ready &= ~(unsigned int)HOST_IN;
		return TURN_IDLE;
	}
	if (n > 0)
		note_in(f, n);
	/* There was room for it; so only memory can be lacking. */
	if (n < 0 || tcp_send(f->conn, o->scratch, (size_t)n, 0) != n)
		return TURN_RESET;
	o->stats.in_octets += (uint64_t)n;
	return TURN_MORE;
}

static enum turn from_machine(struct talk *f)
{
	const struct outlet_cfg *cfg = &f->o->cfg;
	enum turn turn = TURN_MORE;
	size_t done = 0;

	while (turn == TURN_MORE && done < OUTLET_TURN) {
		size_t room = tcp_send_room(f->conn);
		long n;

		if (!room || f->host_ended || !(f->ready & HOST_IN))
			return TURN_IDLE;
		n = cfg->ops->recv(cfg->ops_arg, f->sock, f->o->scratch,
				   min_size(room, OUTLET_SCRATCH));
		turn = came(f, n);
		done += n > 0 ? (size_t)n : 0;
	}
	return turn;
}

/* Urgent octets, either way; one that does not fit is let go, for TCP itself
 * knows only of the last (RFC 6093, 3.1). */
static void pump_urgent(struct talk *f)
{
	const struct outlet_cfg *cfg = &f->o->cfg;
	uint8_t octet;

	if (tcp_poll(f->conn) & WAIT_PRI &&
	    tcp_recv_urgent(f->conn, &octet, 1, 0) == 1)
		(void)cfg->ops->send_urgent(cfg->ops_arg, f->sock, &octet, 1);
	if (!(f->ready & HOST_URG))
		return;
	f->ready &= ~(unsigned int)HOST_URG;
	if (cfg->ops->recv_urgent(cfg->ops_arg, f->sock, &octet) == 1)
		(void)tcp_send(f->conn, &octet, 1, TCP_SEND_URGENT);
}

/* The machine's end is broken, though nobody may read there at present. */
static bool is_broken(struct talk *f)
{
	const struct outlet_cfg *cfg = &f->o->cfg;

	if (!(f->ready & HOST_ERR))
		return false;
	f->ready &= ~(unsigned int)HOST_ERR;
	return cfg->ops->error(cfg->ops_arg, f->sock) != 0;
}

static bool lab_is_broken(struct talk *f)
{
	return tcp_state(f->conn) == TCPS_CLOSED &&
	       !(f->lab_ended && f->host_ended);
}

bool talk_pump(struct talk *f)
{
	enum turn out = TURN_IDLE, in;

	if (is_broken(f)) {
		both_reset(f, "the far end reset it");
		return false;
	}
	pump_urgent(f);
	out = to_machine(f);
	in = from_machine(f);
	if (out == TURN_RESET || in == TURN_RESET || lab_is_broken(f)) {
		both_reset(f, in == TURN_RESET ? "the far end reset it"
					       : "the lab's end reset it");
		return false;
	}
	if (f->lab_ended && f->host_ended) {
		note_end(f, "both ends had nothing more to say");
		tcp_close(f->conn);
		f->conn = NULL;
		talk_end(f, false);
		return false;
	}
	return out == TURN_MORE || in == TURN_MORE;
}
