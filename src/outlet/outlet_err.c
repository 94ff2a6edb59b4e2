// SPDX-License-Identifier: MIT
/*
 * outlet_err.c - what went wrong outside, as ICMP for the lab
 *
 * Theory of operation
 * ===================
 * There are two kinds.  What the machine refuses at once has the packet at
 * hand, and is answered as by a router that cannot pass it on.  What somebody
 * far away says about an earlier datagram comes out of the socket's queue of
 * errors: which message it was, who sent it, and the first octets of what it is
 * about.  The lab gets the same message, from the same sender, with a quotation
 * of its own datagram, so that its traceroute shows the machine's real path.
 *
 * Senders that are no address of one host stay out of the lab: the loopback
 * that the router stands for speaks in the router's name.
 */
#include <errno.h>

#include "wire/icmp4.h"
#include "wire/icmp6.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/proto.h"
#include "wire/udp.h"

#include "ip/icmp.h"
#include "ip/ip_shared.h"
#include "ip6/icmp6.h"
#include "outlet/outlet_int.h"

/* RFC 1812, 4.3.2.5: internetwork control. */
#define TOS_CONTROL 0xc0

enum { QUOTED = 64, MESSAGE_MAX = ICMP4_HLEN + IP6_HLEN + UDP_HLEN + QUOTED };

/* clang-format off */
static const struct {
	int err;
	uint8_t code; /* of ICMP4_UNREACHABLE */
	const char *text;
} errors[] = {
	{ECONNREFUSED,	ICMP4_PORT,		"nobody listens there"},
	{ECONNRESET,	ICMP4_PORT,		"it was reset"},
	{EHOSTUNREACH,	ICMP4_HOST,		"there is no way to the host"},
	{EHOSTDOWN,	ICMP4_HOST,		"the host does not answer"},
	{ENETUNREACH,	ICMP4_NET,		"there is no way to the network"},
	{ENETDOWN,	ICMP4_NET,		"the network is down"},
	{EADDRNOTAVAIL,	ICMP4_NET,		"the machine has no address for it"},
	{EAFNOSUPPORT,	ICMP4_NET,		"the machine does not speak that version of IP"},
	{EACCES,	ICMP4_FILTERED,		"it is not allowed"},
	{EPERM,		ICMP4_FILTERED,		"it is not allowed"},
	{ENOPROTOOPT,	ICMP4_PROTO,		"the host does not speak that protocol"},
	{ETIMEDOUT,	ICMP4_HOST,		"nobody answered"},
};
/* clang-format on */

const char *outlet_error_text(int err)
{
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
		if (errors[i].err == err)
			return errors[i].text;
	return outlet_is_full(-err) ? "no descriptor, or no memory, is left"
				    : "the machine could not";
}

bool outlet_is_full(int err)
{
	return err == -EMFILE || err == -ENFILE || err == -ENOMEM ||
	       err == -ENOBUFS || err == -ENOSPC;
}

static uint8_t code_of(int err)
{
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
		if (errors[i].err == err)
			return errors[i].code;
	return ICMP4_HOST;
}

static void count(struct outlet *o, int err)
{
	if (outlet_is_full(err))
		o->stats.full++;
	else if (err == -EACCES || err == -EPERM)
		o->stats.forbidden++;
	else
		o->stats.failed++;
}

/* Not passed on.  Takes @pkt; its headers are still in its room. */
void outlet_refuse(struct outlet *o, struct pkt *pkt, int err)
{
	enum drop why = DROP_outlet_failed;

	count(o, err);
	if (outlet_is_full(err))
		why = DROP_outlet_full;
	else if (err == -EACCES || err == -EPERM)
		why = DROP_outlet_forbidden;
	if (err != -ETIMEDOUT && err != -EAGAIN && !outlet_is_full(err))
		icmp_error(o->stack, pkt, ICMP4_UNREACHABLE, code_of(-err), 0);
	pkt_drop(outlet_place(o), pkt, why);
}

/*
 * What others say.
 */

/* What an error says, in the version of the lab's packet. */
struct message {
	uint8_t type, code;
	uint32_t info;
};

static struct message message_of(const struct talk *f,
				 const struct host_error *e)
{
	bool is_v6 = f->key.dest.addr.family == IP_V6;
	bool is_same = e->is_icmp && (!e->has_from || e->from.is_v6 == is_v6);
	bool is_port = e->err == ECONNREFUSED;

	if (is_same)
		return (struct message){e->type, e->code, e->info};
	if (is_v6)
		return (struct message){ICMP6_UNREACHABLE,
					is_port ? ICMP6_PORT : ICMP6_ADDRESS,
					0};
	return (struct message){ICMP4_UNREACHABLE, code_of(e->err), 0};
}

/* The transport's first octets, as the lab sent them. */
static size_t quote_transport(const struct talk *f, const struct host_error *e,
			      uint8_t *p)
{
	bool is_whole = e->len >= ICMP4_HLEN;
	struct udp_hdr udp = {
		.sport = f->key.client.port,
		.dport = f->key.dest.port,
		.len = (uint16_t)(UDP_HLEN + e->len),
	};

	if (f->key.proto == IP_PROTO_UDP) {
		udp_emit(p, &udp);
		memcpy(p + UDP_HLEN, e->data, e->len);
		return UDP_HLEN + e->len;
	}
	memset(p, 0, ICMP4_HLEN);
	if (is_whole)
		memcpy(p, e->data, e->len);
	p[0] = f->key.proto == IP_PROTO_ICMP ? (uint8_t)ICMP4_ECHO
					     : (uint8_t)ICMP6_ECHO;
	put16(p + 4, f->key.client.port);
	if (!is_whole)
		put16(p + 6, f->seq);
	return is_whole ? e->len : ICMP4_HLEN;
}

static size_t quote4(const struct talk *f, const struct host_error *e,
		     uint8_t *p)
{
	size_t len = quote_transport(f, e, p + IP4_HLEN);
	struct ip4_hdr ip = {
		.src = f->key.client.addr.v4,
		.dst = f->key.dest.addr.v4,
		.proto = f->key.proto,
		.ttl = 1,
		.total_len = (uint16_t)(IP4_HLEN + len),
	};

	ip4_hdr_emit(p, &ip);
	return IP4_HLEN + len;
}

static size_t quote6(const struct talk *f, const struct host_error *e,
		     uint8_t *p)
{
	size_t len = quote_transport(f, e, p + IP6_HLEN);
	struct ip6_hdr ip = {
		.src = f->key.client.addr.v6,
		.dst = f->key.dest.addr.v6,
		.next = f->key.proto,
		.hops = 1,
		.payload_len = (uint16_t)len,
	};

	ip6_hdr_emit(p, &ip);
	return IP6_HLEN + len;
}

/* The whole message; returns its length. */
static size_t message_emit(const struct talk *f, const struct host_error *e,
			   const struct message *m, uint8_t *buf)
{
	const struct icmp4_hdr h4 = {
		.type = m->type,
		.code = m->code,
		.mtu = (uint16_t)min_u32(m->info, UINT16_MAX),
	};
	const struct icmp6_hdr h6 = {
		.type = m->type,
		.code = m->code,
		.mtu = m->info,
	};
	size_t len;

	if (f->key.dest.addr.family == IP_V6) {
		len = ICMP6_HLEN + quote6(f, e, buf + ICMP6_HLEN);
		icmp6_emit(buf, &h6);
	} else {
		len = ICMP4_HLEN + quote4(f, e, buf + ICMP4_HLEN);
		icmp4_emit(buf, len, &h4);
	}
	return len;
}

/* Who is to have said it: who did, if the lab may know of him. */
static struct ip_addr sender_of(const struct talk *f,
				const struct host_error *e)
{
	struct ip_addr from = outlet_addr(&e->from);
	const struct talk_key key = {
		.proto = f->key.proto,
		.dest.addr = from,
	};
	struct host_addr to;

	if (!e->has_from || !f->is_direct ||
	    from.family != f->key.dest.addr.family ||
	    outlet_dest(f->o, &key, false, &to))
		return f->key.dest.addr;
	return from;
}

static void tell_error(struct talk *f, const struct host_error *e)
{
	struct message m = message_of(f, e);
	struct outlet *o = f->o;
	struct ip_send how = {
		.src = sender_of(f, e),
		.dst = f->key.client.addr,
		.proto = IP_PROTO_ICMP,
		.tos = TOS_CONTROL,
	};
	uint8_t buf[MESSAGE_MAX];
	struct pkt *pkt;

	PROBE_CAUSE(outlet_place(o), EV_NOTE, R_OUTLET_FAILED, NULL,
		    EVF_EP("client", &f->key.client),
		    EVF_EP("dest", &f->key.dest), EVF_NUM("errno", e->err),
		    EVF_TEXT("error", outlet_error_text(e->err)));
	if (!icmp_limit_take(o->stack, how.dst, ICMP_LIMIT_OTHER))
		return;
	pkt = pkt_new(outlet_place(o)->env, R_OUTLET_ERROR);
	if (!pkt || pkt_append(pkt, buf, message_emit(f, e, &m, buf))) {
		outlet_place(o)->drops[DROP_no_memory]++;
		pkt_free(pkt);
		return;
	}
	if (how.dst.family == IP_V6)
		(void)icmp6_output(o->stack, pkt, &how);
	else
		(void)ip_output(o->stack, pkt, &how);
}

void talk_tell_errors(struct talk *f)
{
	const struct outlet_cfg *cfg = &f->o->cfg;
	struct env *env = outlet_place(f->o)->env;
	struct host_error e;
	int left = OUTLET_DGRAMS;

	if (f->sock < 0)
		return;
	while (left-- && cfg->ops->next_error(cfg->ops_arg, f->sock, &e)) {
		if (e.err == ECONNREFUSED)
			f->o->stats.refused++;
		else
			f->o->stats.failed++;
		if (f->cause)
			env->cause = f->cause;
		tell_error(f, &e);
	}
}
