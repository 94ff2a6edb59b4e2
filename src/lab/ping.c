// SPDX-License-Identifier: MIT
/*
 * ping.c - the program ping, on a host of a lab
 *
 * Theory of operation
 * ===================
 * All requests are put into the world's calendar at once, each with the time
 * at which it is given up.  What came back in between is noted in one bit per
 * request.  The line is done when the last request is answered or given up.
 *
 * The handle in the host's stack goes when the line is done, or when the host
 * is switched off under it; requests that are still due then do nothing.
 */
#include <errno.h>
#include <string.h>

#include "ip/icmp.h"
#include "lab/run_int.h"

#define PING_WAIT_NS (4 * NS_PER_S)

/* A request in the calendar. */
struct ping_request {
	struct run_line *line;
	uint16_t seq; /* from 1 */
};

static bool ping_is_answered(const struct run_ping *p, uint16_t seq)
{
	return p->answered[seq / 8] >> (seq % 8) & 1;
}

static struct place *ping_place(const struct run_line *line)
{
	return line->node->host->node.place;
}

static void on_echo(void *arg, const struct icmp_echo_event *ev)
{
	struct run_line *line = arg;
	struct run_ping *p = &line->ping;

	if (ev->kind != ICMP_ECHO_ANSWER || ev->seq > p->sent ||
	    ping_is_answered(p, ev->seq))
		return;
	p->answered[ev->seq / 8] |= (uint8_t)(1U << (ev->seq % 8));
	p->received++;
	PROBE(ping_place(line), EV_APP, R_PING_ANSWER, NULL,
	      EVF_IP("from", &ev->from), EVF_NUM("seq", ev->seq),
	      EVF_NUM("rtt_us",
		      (run_env(line->run)->now_ns - ev->sent_ns) / NS_PER_US),
	      EVF_NUM("rtt_ns", run_env(line->run)->now_ns - ev->sent_ns),
	      EVF_NUM("ttl", ev->ttl), EVF_NUM("octets", ev->len));
}

static void on_request(void *arg)
{
	struct ping_request *req = arg;
	struct run_line *line = req->line;
	struct run_ping *p = &line->ping;
	struct env *env = run_env(line->run);

	if (!p->echo)
		return;
	env->cause = line->event;
	p->sent++;
	PROBE_CAUSE(ping_place(line), EV_APP, R_PING_SENT, NULL,
		    EVF_IP("dst", &p->dst), EVF_NUM("seq", req->seq));
	/* An error is an answer that does not come. */
	(void)icmp_echo_send(p->echo, p->dst, req->seq,
			     (size_t)line->spec->size.v, 0);
	env->cause = 0;
}

static void on_give_up(void *arg)
{
	struct ping_request *req = arg;
	struct run_line *line = req->line;
	struct run_ping *p = &line->ping;
	struct env *env = run_env(line->run);

	if (!p->echo)
		return;
	env->cause = line->event;
	if (!ping_is_answered(p, req->seq))
		PROBE(ping_place(line), EV_APP, R_PING_TIMEOUT, NULL,
		      EVF_IP("dst", &p->dst), EVF_NUM("seq", req->seq));
	env->cause = 0;
	if (req->seq == line->spec->count.v)
		ping_forget(line);
}

void ping_forget(struct run_line *line)
{
	if (line->ping.echo)
		icmp_echo_close(line->ping.echo);
	line->ping.echo = NULL;
	line->is_done |= line->event != 0;
}

struct ip_addr ping_target(struct run_line *line, const char *who)
{
	const struct lab_node *node;
	struct ip_addr ip;

	if (ip_addr_parse(&ip, who) == 0)
		return ip;
	node = run_node(line->run, who)->spec;
	if (line->spec->over.v == LAB_OVER_IPV6)
		return ip_addr_v6(topo_first_ip6(node)->v);
	return ip_addr_v4(topo_first_iface(node)->ip.v);
}

/* Put one request into the calendar.  0 or -ENOMEM. */
static int ping_plan(struct run_line *line, uint16_t seq)
{
	struct world *w = line->run->world;
	uint64_t at = world_now(w) + (seq - 1U) * line->spec->every.v;
	struct ping_request *req =
		arena_alloc(&line->run->arena, 1, sizeof(*req));
	int err;

	if (!req)
		return -ENOMEM;
	*req = (struct ping_request){line, seq};
	err = world_at(w, at, on_request, req);
	if (!err)
		err = world_at(w, at + PING_WAIT_NS, on_give_up, req);
	return err;
}

void ping_begin(struct run_line *line)
{
	struct run_ping *p = &line->ping;
	uint64_t count = line->spec->count.v;
	int err = 0;

	p->dst = ping_target(line, line->spec->ping.s);
	p->answered = arena_alloc(&line->run->arena, count / 8 + 1, 1);
	p->echo = p->answered ? icmp_echo_open(&line->node->host->stack,
					       on_echo, line)
			      : NULL;
	if (!p->echo) {
		line->run->error = -ENOMEM;
		line->is_done = true;
		return;
	}
	for (uint64_t seq = 1; seq <= count && !err; seq++)
		err = ping_plan(line, (uint16_t)seq);
	if (err)
		line->run->error = err;
}
