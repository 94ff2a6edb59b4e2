/* SPDX-License-Identifier: MIT */
#ifndef HOSTILE_HOSTILE_H
#define HOSTILE_HOSTILE_H

/*
 * hostile.h - what a stranger may send, and the seven questions asked each time
 *
 * Every attack is a row: a function that plays frames to a host that works.
 * It says of each frame what has to become of it; all else is watched for it:
 *
 *	O1	nothing crashes, and no sanitizer has anything to say
 *	O2	the work per frame is bounded: at most 100,000 instructions for
 *		one, less than 3,000 on average, where a frame that is sent in
 *		answer is one more; and where the attacker can make a table
 *		grow, eight times as many entries do not make a frame twice
 *		as dear (work.h)
 *	O3	when it is over and all timers have run out, as many objects are
 *		allocated as in a twin world that was left alone
 *	O4	nobody is sent more octets than came in his name
 *	O5	no octet leaves that was not written for this frame: all memory
 *		is handed out full of a pattern, and padding is zero
 *	O6	two innocents talk meanwhile: every octet of their streams is
 *		right, none takes twice as long as in the twin, and their
 *		pings are answered
 *	O7	who is dropped is counted once, under the name the row gives
 *
 *	 V 10.0.0.2 ---+                      +--- F 10.1.0.3
 *	 P 10.0.0.3 ---+-- sw --- R 10.0.0.1 -+
 *	 A 10.0.0.66 --+          10.1.0.1
 *
 * Everybody speaks IPv6 too: 2001:db8::2 and so on, F is 2001:db8:1::3.
 *
 * A row reads like this:
 *
 *	static void runts(struct hostile *x)
 *	{
 *		for (size_t len = 0; len < ETH_HLEN; len++) {
 *			make_something(x);
 *			x->f.len = len;
 *			hit(x, DROP_l2_short);
 *		}
 *	}
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/tcp.h"

#include "core/drop.h"

#include "ip6net.h"
#include "testframe.h"
#include "vnet/vnet.h"

struct calm;
struct hostile;

enum oracle { O1, O2, O3, O4, O5, O6, O7, ORACLES };

/* What hit() may be told, beside the name of a drop. */
enum { TAKEN = DROP_COUNT, EITHER };

#define WORK_MAX     100000 /* instructions for one frame */
#define WORK_TYPICAL 3000   /* ... on average */

/**
 * struct row - an attack
 * @number:	By which it is known
 * @what:	What is sent
 * @rule:	What has to happen
 * @play:	Does it
 * @prepare:	(optional) Changes the world before anything happens
 * @finish:	(optional) Takes away what @prepare made, before O3 counts
 * @n:		How often, for rows that are about quantity: x->n
 * @full:	... with --full; 0: the same
 * @grows:	Something grows with x->n, so the work is compared
 * @typical:	Instructions on average where it may be more than WORK_TYPICAL
 * @keeps:	Objects that a first use of this kind makes for ever
 * @is_far:	The innocents are P and F, with R between; else P and V
 * @is_reflected: O4 does not apply, for the reason beside it
 */
struct row {
	int number;
	const char *what, *rule;
	void (*play)(struct hostile *x);
	void (*prepare)(struct hostile *x);
	void (*finish)(struct hostile *x);
	uint32_t n, full;
	bool grows;
	uint64_t typical;
	size_t keeps;
	bool is_far;
	bool is_reflected;
};

/* The rows of a file; ended by one with the number 0. */
extern const struct row rows_link[], rows_switch[], rows_arp[], rows_ip[],
	rows_frag[], rows_icmp[], rows_ip6[], rows_udp[], rows_gate[],
	rows_dhcp[], rows_tcp[];

/* A watched interface: all that leaves passes here. */
struct spy {
	struct netif_ops ops;
	const struct netif_ops *below;
	struct netif *netif;
	struct hostile *x;
};

enum { SPIES = 5, ACCOUNTS = 1 << 16, VERDICT_TEXT = 200 };

/* Octets that came in an address's name, and that went there. */
struct account {
	int64_t owed;
};

/**
 * struct hostile - a world under attack
 * @f:		The frame being made; hit() plays it
 * @heard:	The last answer to the frame that hit() played, cut to 2 KB
 * @heard_count: How many were
 * @door:	Where frames come in: V's interface at first
 * @seed:	What is drawn by chance depends on it; 0 if nobody says
 * @n:		struct row.n, or less where work is measured
 * @gap_ns:	Time from one hit() to the next
 * @own:	For the row's own use
 * @on_sent:	Sees what leaves the watched interfaces, cut to 2 KB
 * @on_sent_arg: Its first argument
 * @on_box:	Sees what the attacker's box gets, likewise; arg is NULL
 */
struct hostile {
	const struct row *row;
	struct mem mem;
	struct world *w;
	struct vswitch *sw;
	struct host *v, *p, *r, *far;
	struct port *a, *vp, *pp, *rp, *rf, *fp;
	struct port *at_v, *at_p, *at_r, *at_a; /* of the switch */
	struct frame f, heard;
	unsigned int heard_count;
	struct netif *door;
	uint64_t seed;
	uint32_t n;
	uint64_t gap_ns;
	void *own;
	void (*on_sent)(void *arg, const uint8_t *frame, size_t len);
	void *on_sent_arg;
	void (*on_box)(void *arg, const uint8_t *frame, size_t len);

	struct calm *calm; /* the innocents */
	struct spy spies[SPIES];
	struct account accounts[ACCOUNTS];
	bool is_stuck; /* V's device takes nothing */
	bool is_hit;   /* hit() is under way */
	uint64_t hits, work_sum, work_max, work_late, late_hits;
	uint64_t answers;      /* frames sent by hit() */
	uint64_t work_outside; /* of this frame, but not of the host */
	uint64_t drop_count;
	uint64_t drops[DROP_COUNT]; /* of the doors, by these frames */
	bool is_broken[ORACLES];
	char verdict[VERDICT_TEXT]; /* the first thing that was wrong */
};

/* The row's tools. */

/* Play x->f at the door.  @why: the counter that rises by one; TAKEN: none
 * does; EITHER: itself, or with it others that were
 * waiting for it; but never more than were played. */
void hit(struct hostile *x, int why);

/* Let time pass. */
void pause_ms(struct hostile *x, uint64_t ms);

/* An oracle says no. */
void broken(struct hostile *x, enum oracle o, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* For what only the row can know. */
#define demand(x, o, cond) \
	((cond) ? (void)0 : broken(x, o, "not so: %s", #cond))

/* How often the door dropped a frame of ours for that reason. */
uint64_t dropped(const struct hostile *x, enum drop why);

/* IPv4 from the attacker, or somebody, to the owner of the door. */
struct ip4_hdr from_to(ip4_addr src, ip4_addr dst);
struct ip4_hdr to_victim(void);

#define IP_V   ip4_make(10, 0, 0, 2)
#define IP_P   ip4_make(10, 0, 0, 3)
#define IP_R   ip4_make(10, 0, 0, 1)
#define IP_A   ip4_make(10, 0, 0, 66)
#define IP_FAR ip4_make(10, 1, 0, 3)

/* The same in IPv6. */
struct ip6_hdr from_to6(const char *src, const char *dst);
struct ip6_hdr to_victim6(void);

extern const uint8_t some_octets[2000];

/* world.c: build and take down; the world is quiet when it is built. */
void hostile_init(struct hostile *x, const struct row *row, uint64_t seed,
		  bool is_measured);
void hostile_fini(struct hostile *x);

/* calm.c: the innocents talk until calm_end(), which waits for them. */
struct calm *calm_begin(struct hostile *x);
void calm_end(struct calm *c);
uint64_t calm_slowest_ns(const struct calm *c);
unsigned int calm_lost(const struct calm *c); /* pings and streams */
void calm_free(struct calm *c);

/* watch.c: put a spy at an interface. */
void watch(struct hostile *x, struct netif *netif);

#endif /* HOSTILE_HOSTILE_H */
