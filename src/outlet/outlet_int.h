/* SPDX-License-Identifier: MIT */
#ifndef OUTLET_OUTLET_INT_H
#define OUTLET_OUTLET_INT_H

/*
 * outlet_int.h - what the files of outlet/ share
 *
 *	outlet.c	assembly; conversations, and how they end
 *	outlet_in.c	a packet for somebody else
 *	outlet_dest.c	who that is, for the machine
 *	outlet_tcp.c	connections: made, accepted	outlet_pump.c  used
 *	outlet_dgram.c	datagrams and echoes
 *	outlet_err.c	what went wrong, as ICMP
 */

#include "base/check.h"
#include "base/hash.h"
#include "base/htab.h"
#include "base/list.h"

#include "wire/addr.h"

#include "core/pkt.h"
#include "core/probe.h"
#include "core/stack.h"

#include "ip/ip.h"
#include "os/hostsock.h"
#include "outlet/outlet.h"

enum {
	OUTLET_SCRATCH = 65536,
	OUTLET_TURN = 256 * 1024, /* octets of a stream in one turn */
	OUTLET_DGRAMS = 64,	  /* datagrams in one turn */
	OUTLET_TTL_OUR = 1,	  /* we are a hop */
};

/* What ends when nobody has said anything for a while, by how long. */
enum outlet_class {
	OUTLET_WAITING, /* TCP before its connection stands */
	OUTLET_UDP,
	OUTLET_DNS,
	OUTLET_PING,
	OUTLET_CLASSES
};

enum talk_state {
	TALK_OPENING, /* TCP: the machine connects, the SYN is kept */
	TALK_READY,   /* TCP: it has, and the SYN was given to TCP */
	TALK_OPEN,    /* in use */
};

/* Who talks with whom; of an echo, the client's port is its identifier. */
struct talk_key {
	uint8_t proto;
	struct endpoint client, dest;
};

/**
 * struct talk - a conversation
 * @age:	In the list of its class, the least used first
 * @work:	In outlet.work, if it has something to do
 * @o:		Whose
 * @key:	Who
 * @hash:	Of @key
 * @class:	enum outlet_class
 * @state:	enum talk_state
 * @is_direct:	The machine speaks to the address in @key, not to another
 * @sock:	The machine's socket
 * @ready:	What is possible with it, enum host_event
 * @cause:	Event by which the lab had its last word
 * @woke:	Event because of which it has work; 0: the machine's
 * @used_ns:	When something was said last
 * @unanswered:	Questions to a server of names since its last answer
 * @seq:	Of the last echo request
 * @syn, @meta:	OPENING: the SYN, and what IP said of it
 * @conn:	OPEN: the lab's side of a stream
 * @lab_ended:	Nothing more comes from the lab, and the host was told
 * @host_ended:	Likewise the other way
 */
struct talk {
	struct list age, work;
	struct outlet *o;
	struct talk_key key;
	uint32_t hash;
	uint8_t class, state;
	bool is_direct;
	int sock;
	unsigned int ready;
	uint32_t cause, woke;
	uint64_t used_ns;
	unsigned int unanswered;
	uint16_t seq;
	struct pkt *syn;
	struct ip_meta meta;
	struct tcp_conn *conn;
	bool lab_ended, host_ended;
};

/**
 * struct outlet - a way out
 * @stack:	Whose
 * @cfg:	As it was asked for
 * @key:	Secret of @flows
 * @flows:	All conversations by struct talk_key
 * @pool:	Where they come from
 * @ages:	Those that may expire, by class
 * @counts:	How many of each class
 * @work:	Those that have something to do
 * @task:	Does it; @accept takes connections that stand
 * @again:	... and goes on with what was too much for one turn
 * @expire:	Looks for the silent
 * @listener:	Takes the lab's connections
 * @server:	Which of the machine's resolvers is asked
 * @speakers:	Streams that stand and that the lab has not ended
 * @has_said:	A person was told that ping is not allowed
 * @scratch:	Octets on their way
 */
struct outlet {
	struct stack *stack;
	struct outlet_cfg cfg;
	struct hash_key key;
	struct htab flows;
	struct pool pool;
	struct list ages[OUTLET_CLASSES];
	size_t counts[OUTLET_CLASSES];
	struct list work;
	struct task task, accept;
	struct timer again, expire;
	struct tcp_conn *listener;
	unsigned int server;
	size_t speakers;
	bool has_said;
	struct outlet_stats stats;
	uint8_t scratch[OUTLET_SCRATCH];
};

static inline struct place *outlet_place(const struct outlet *o)
{
	return &o->stack->place;
}

/* outlet.c */
struct talk *talk_find(struct outlet *o, const struct talk_key *key);
struct talk *talk_new(struct outlet *o, const struct talk_key *key,
		      enum outlet_class class);
int talk_open(struct talk *f, enum host_kind kind, const struct host_addr *to);
void talk_use(struct talk *f);
void talk_settle(struct talk *f);
void talk_work(struct talk *f);
void talk_end(struct talk *f, bool is_reset);

/* outlet_in.c: an ip_foreign_fn */
bool outlet_input(void *arg, struct pkt *pkt, struct ip_meta *meta);
bool outlet_ttl_is_over(struct outlet *o, struct pkt *pkt,
			const struct ip_meta *meta);
/* Does the filter forbid that this begins?  Then @pkt is gone. */
bool outlet_is_denied(struct outlet *o, struct pkt *pkt,
		      const struct ip_meta *meta, const struct talk_key *key);

/* outlet_dest.c: 0; -ENOENT: it is ours and stays so; -EACCES */
int outlet_dest(struct outlet *o, const struct talk_key *key, bool is_ours,
		struct host_addr *to);
struct ip_addr outlet_addr(const struct host_addr *a);

/* outlet_tcp.c */
int outlet_tcp_begin(struct outlet *o);
void outlet_tcp_end(struct outlet *o);
bool outlet_tcp_input(struct outlet *o, struct pkt *pkt, struct ip_meta *meta);
void talk_connected(struct talk *f);

/* outlet_pump.c: may end @f; whether there is more to do */
bool talk_pump(struct talk *f);

/* outlet_dgram.c */
bool outlet_udp_input(struct outlet *o, struct pkt *pkt, struct ip_meta *meta);
bool outlet_ping_input(struct outlet *o, struct pkt *pkt, struct ip_meta *meta);
bool talk_datagrams(struct talk *f); /* whether there are more */

/* outlet_err.c: @err is -errno, in text positive */
const char *outlet_error_text(int err);
bool outlet_is_full(int err);
void outlet_refuse(struct outlet *o, struct pkt *pkt, int err);
void talk_tell_errors(struct talk *f);

#endif /* OUTLET_OUTLET_INT_H */
