// SPDX-License-Identifier: MIT
/* dumbbell.c - several senders, one narrow cable, one receiver */

#include "dumbbell.h"

#include <string.h>

#include "base/check.h"

#include "core/pkt.h"
#include "core/waitq.h"

#include "ip/ip.h"

#define PORT	  9
#define BUFFER	  (16 * 1024 * 1024)
#define FAST_BPS  UINT64_C(10000000000)
#define ZEROS_LEN 16384
#define DCTCP	  "dctcp" /* its receiver must do it, too */

static struct ip4_net net_of(unsigned int third, uint8_t host)
{
	return (struct ip4_net){ip4_make(10, (uint8_t)third, 0, host), 24};
}

static struct port *add_port(struct host *h, unsigned int third, uint8_t host)
{
	struct port *port = host_add_port(h, NULL);

	check(port);
	check(!ip_addr_add(&h->stack, &port->netif, net_of(third, host)));
	return port;
}

static void add_default(struct host *h, unsigned int third)
{
	struct ip4_net any = {ip4_make(0, 0, 0, 0), 0};
	int err =
		ip_route_add(&h->stack, any, net_of(third, 254).addr, NULL, 0);

	check(!err);
}

static void add_sender(struct dumbbell *d, unsigned int i)
{
	struct cable_params fast = {.rate_bps = FAST_BPS,
				    .queue_frames = 100000};
	const char *const names[] = {"s0", "s1", "s2", "s3",
				     "s4", "s5", "s6", "s7"};
	struct flow *f = &d->flow[i];

	f->net = d;
	f->host = world_add_host(d->w, names[i]);
	check(f->host);
	d->access[i] = world_link(d->w, add_port(f->host, i, 1),
				  add_port(d->router, i, 254), &fast);
	check(d->access[i]);
	add_default(f->host, i);
}

static void push(struct flow *f)
{
	long n = 1;

	while (!f->is_stopped && n > 0 && (f->is_bulk || f->to_send)) {
		size_t len = ZEROS_LEN;

		if (!f->is_bulk && f->to_send < len)
			len = (size_t)f->to_send;
		n = tcp_send_block(f->snd, f->net->zeros, 0, len, 0);
		if (n > 0 && !f->is_bulk)
			f->to_send -= (uint64_t)n;
	}
}

static void on_snd_task(struct task *t, void *arg)
{
	(void)t;
	push(arg);
}

static void on_snd_event(struct tcp_conn *c, void *arg, uint32_t events)
{
	struct flow *f = arg;

	(void)c;
	if (events & WAIT_OUT)
		stack_defer(&f->host->stack, &f->snd_task);
}

static void on_rcv_task(struct task *t, void *arg)
{
	struct flow *f = arg;
	long n;

	(void)t;
	while ((n = tcp_recv(f->rcv, NULL, BUFFER, 0)) > 0)
		f->received += (uint64_t)n;
}

static void on_rcv_event(struct tcp_conn *c, void *arg, uint32_t events)
{
	struct flow *f = arg;

	(void)c;
	if (events & WAIT_IN)
		stack_defer(&f->net->dst->stack, &f->rcv_task);
}

static const struct tcp_user snd_user = {.on_event = on_snd_event};
static const struct tcp_user rcv_user = {.on_event = on_rcv_event};

/* The third octet of its address says whose it is. */
static void on_accept_task(struct task *t, void *arg)
{
	struct dumbbell *d = arg;
	struct tcp_conn *c;

	(void)t;
	while ((c = tcp_accept(d->listener))) {
		unsigned int i = tcp_remote(c).addr.v4.v >> 16 & 0xff;
		struct flow *f = &d->flow[i];

		f->rcv = c;
		tcp_set_user(c, &rcv_user, f);
		stack_defer(&d->dst->stack, &f->rcv_task);
	}
}

static void on_listen_event(struct tcp_conn *c, void *arg, uint32_t events)
{
	struct dumbbell *d = arg;

	(void)c;
	(void)events;
	stack_defer(&d->dst->stack, &d->accept_task);
}

static const struct tcp_user listen_user = {.on_event = on_listen_event};

static void listen_at_dst(struct dumbbell *d)
{
	struct endpoint any = {.addr = {.family = IP_V4}, .port = PORT};

	task_init(&d->accept_task, on_accept_task, d);
	stack_enter(&d->dst->stack);
	d->listener = tcp_new(&d->dst->stack, &listen_user, d);
	check(d->listener);
	tcp_set_rcvbuf(d->listener, BUFFER);
	check(!tcp_bind(d->listener, &any, false));
	check(!tcp_listen(d->listener, DUMBBELL_FLOWS));
	stack_leave(&d->dst->stack);
}

void dumbbell_init(struct dumbbell *d, uint64_t seed, unsigned int count,
		   const struct cable_params *narrow)
{
	struct cable_params back = {.rate_bps = narrow->rate_bps,
				    .delay_ns = narrow->delay_ns,
				    .queue_frames = 100000};
	unsigned int i;

	memset(d, 0, sizeof(*d));
	mem_init_libc(&d->mem);
	d->count = count;
	d->w = world_new(&d->mem, seed);
	check(d->w);
	d->router = world_add_router(d->w, "router");
	d->dst = world_add_host(d->w, "d");
	check(d->router && d->dst);
	d->narrow = world_link(d->w, add_port(d->router, 99, 254),
			       add_port(d->dst, 99, 1), narrow);
	check(d->narrow);
	cable_set_params(d->narrow, CABLE_BA, &back);
	add_default(d->dst, 99);
	for (i = 0; i < count; i++)
		add_sender(d, i);
	d->zeros = block_new(world_env(d->w), ZEROS_LEN);
	check(d->zeros);
	memset(d->zeros->data, 0, ZEROS_LEN);
	listen_at_dst(d);
	dumbbell_run(d, NS_PER_S); /* addresses are announced */
}

void dumbbell_set(struct dumbbell *d, const char *knob, int64_t value)
{
	int err = tcp_knob_set(&d->dst->stack, knob, value);
	unsigned int i;

	for (i = 0; i < d->count; i++)
		err |= tcp_knob_set(&d->flow[i].host->stack, knob, value);
	check(!err);
}

void dumbbell_start(struct dumbbell *d, unsigned int i, const char *algorithm)
{
	struct endpoint to = {.addr = ip_addr_v4(net_of(99, 1).addr),
			      .port = PORT};
	struct flow *f = &d->flow[i];

	task_init(&f->snd_task, on_snd_task, f);
	task_init(&f->rcv_task, on_rcv_task, f);
	f->is_bulk = true;
	if (algorithm && !strcmp(algorithm, DCTCP))
		check(!tcp_set_congestion(d->listener, DCTCP));
	stack_enter(&f->host->stack);
	f->snd = tcp_new(&f->host->stack, &snd_user, f);
	check(f->snd);
	tcp_set_sndbuf(f->snd, BUFFER);
	if (algorithm)
		check(!tcp_set_congestion(f->snd, algorithm));
	check(!tcp_connect(f->snd, &to));
	stack_leave(&f->host->stack);
}

void dumbbell_stop(struct dumbbell *d, unsigned int i)
{
	d->flow[i].is_bulk = false;
	d->flow[i].to_send = 0;
}

void dumbbell_send(struct dumbbell *d, unsigned int i, uint64_t octets)
{
	struct flow *f = &d->flow[i];

	f->to_send += octets;
	stack_enter(&f->host->stack);
	push(f);
	stack_leave(&f->host->stack);
}

void dumbbell_run(struct dumbbell *d, uint64_t until_ns)
{
	int err = world_run_until(d->w, until_ns);

	check(!err);
}

static void let_go(struct host *h, struct tcp_conn *c)
{
	if (!c)
		return;
	stack_enter(&h->stack);
	tcp_abort(c);
	stack_leave(&h->stack);
}

size_t dumbbell_fini(struct dumbbell *d)
{
	unsigned int i;
	size_t leaked;

	for (i = 0; i < d->count; i++) {
		d->flow[i].is_stopped = true;
		let_go(d->flow[i].host, d->flow[i].snd);
		let_go(d->dst, d->flow[i].rcv);
	}
	let_go(d->dst, d->listener);
	block_put(d->zeros);
	dumbbell_run(d, world_now(d->w) + NS_PER_S);
	leaked = world_free(d->w);
	return leaked + d->mem.in_use_count;
}

double jain_index(const double *x, unsigned int n)
{
	double sum = 0, squares = 0;
	unsigned int i;

	for (i = 0; i < n; i++) {
		sum += x[i];
		squares += x[i] * x[i];
	}
	return squares > 0 ? sum * sum / (n * squares) : 0;
}
