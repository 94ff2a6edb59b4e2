// SPDX-License-Identifier: MIT
/*
 * tcp_stack.c - TCP of one stack: set up and taken down
 *
 * Sources: RFC 9293, 3.4.1, for the secrets.
 */

#include <errno.h>
#include <stdio.h>

#include "wire/proto.h"

#include "tcp/tcp_int.h"

static const struct ip_proto tcp_proto = {
	.proto = IP_PROTO_TCP,
	.input = tcp_input,
	.error = tcp_on_error,
};

static void init_pools(struct tcp_stack *tcp, struct mem *mem)
{
	pool_init(&tcp->conn_pool, mem, "tcp-conn", sizeof(struct tcp_conn), 0);
	pool_init(&tcp->active_pool, mem, "tcp-active",
		  sizeof(struct tcp_active), 0);
	pool_init(&tcp->req_pool, mem, "tcp-req", sizeof(struct tcp_req), 0);
	pool_init(&tcp->tw_pool, mem, "tcp-tw", sizeof(struct tcp_tw), 0);
	pool_init(&tcp->tw6_pool, mem, "tcp-tw6", sizeof(struct tcp_tw6), 0);
	pool_init(&tcp->ooo_pool, mem, "tcp-ooo", tcp_ooo_size(), 0);
	pool_init(&tcp->range_pool, mem, "tcp-range", sizeof(struct tcp_queue),
		  0);
	pool_init(&tcp->listen_pool, mem, "tcp-listen",
		  sizeof(struct tcp_listen), 0);
	pool_init(&tcp->tally_pool, mem, "tcp-tally", sizeof(struct tcp_tally),
		  0);
	tcp_rest_init(tcp, mem);
	pool_init(&tcp->extra_pool, mem, "tcp-extra", sizeof(struct tcp_extra),
		  0);
	pool_init(&tcp->port_pool, mem, "tcp-port", sizeof(struct tcp_port), 0);
	pool_init(&tcp->bind_pool, mem, "tcp-bind", sizeof(struct tcp_bind), 0);
	pool_init(&tcp->sent_pool, mem, "tcp-sent", sizeof(struct tcp_sent), 0);
}

static void fini_pools(struct tcp_stack *tcp)
{
	struct pool *pools[] = {
		&tcp->conn_pool,   &tcp->active_pool, &tcp->req_pool,
		&tcp->tw_pool,	   &tcp->ooo_pool,    &tcp->range_pool,
		&tcp->listen_pool, &tcp->port_pool,   &tcp->bind_pool,
		&tcp->sent_pool,   &tcp->extra_pool,  &tcp->tally_pool,
		&tcp->tw6_pool,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pools); i++)
		pool_fini(pools[i]);
	tcp_rest_fini(tcp);
}

/* One more secret out of one, which is used for nothing of this length. */
static void derive_key(const struct tcp_stack *tcp, const char *what,
		       struct hash_key *key)
{
	char label[16] = {0};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(key->k); i++) {
		snprintf(label, sizeof(label), "%s%zu", what, i);
		key->k[i] = siphash24(&tcp->random_key, label, sizeof(label));
	}
}

static int init_keys(struct tcp_stack *tcp)
{
	struct hash_key *keys[] = {&tcp->table_key, &tcp->isn_key, &tcp->ts_key,
				   &tcp->random_key};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (stack_new_key(tcp->stack, keys[i]))
			return -EIO;
	derive_key(tcp, "cookie", &tcp->cookie_key);
	derive_key(tcp, "fastopen", &tcp->fastopen_key);
	tcp->ts_addrs = ~0ULL; /* of nobody */
	return 0;
}

int tcp_init(struct stack *stack)
{
	struct env *env = stack->place.env;
	struct tcp_stack *tcp = mem_alloc(env->mem, sizeof(*tcp));
	int err;

	if (!tcp)
		return -ENOMEM;
	tcp->stack = stack;
	tcp->env = env;
	tcp->ahead_min = TCP_AHEAD_MIN;
	tcp_knobs_init(&tcp->knobs);
	htab_init(&tcp->ends, env->mem, 0);
	htab_init(&tcp->ports, env->mem, 0);
	tcp_tfo_init(tcp);
	init_pools(tcp, env->mem);
	list_init(&tcp->drawn);
	list_init(&tcp->tws);
	list_init(&tcp->stalled);
	timer_init(&tcp->tw_timer, tcp_tw_on_timer, tcp);
	err = init_keys(tcp);
	if (!err)
		err = ip_register(stack, &tcp_proto);
	if (err) {
		mem_free(env->mem, tcp, sizeof(*tcp));
		return err;
	}
	stack->slot[SLOT_TCP] = tcp;
	return 0;
}

/* Listeners reset nobody here: their stack is going away without a word. */
static void free_listener(struct tcp_stack *tcp, struct tcp_listen *l)
{
	struct tcp_conn *c = l->conn;

	tcp_listener_del(c);
	c->listen = NULL;
	c->end.state = TCPS_CLOSED;
	pool_put(&tcp->listen_pool, l);
	tcp_conn_free(c);
}

static void free_listeners(struct tcp_stack *tcp)
{
	struct tcp_port *p;
	struct tcp_listen *l;
	size_t pos = 0;

	while ((p = htab_next(&tcp->ports, &pos))) {
		l = list_first_entry(&p->listeners, struct tcp_listen, node);
		if (!l)
			continue;
		free_listener(tcp, l);
		pos = 0; /* the table may have changed */
	}
}

/* TIME-WAIT is over already.  Each is out of the table before it is freed: to
 * look for a million of them one by one would take for ever. */
static void free_ends(struct tcp_stack *tcp)
{
	struct tcp_end *e;
	struct tcp_conn *c;

	while ((e = htab_pop(&tcp->ends))) {
		if (e->kind == TCP_IS_REQ) {
			tcp_req_forget(tcp,
				       container_of(e, struct tcp_req, end));
			continue;
		}
		check(e->kind == TCP_IS_CONN);
		c = container_of(e, struct tcp_conn, end);
		c->flags &= ~(uint32_t)TCPF_IN_TABLE;
		tcp_conn_free(c);
	}
}

void tcp_fini(struct stack *stack)
{
	struct tcp_stack *tcp = stack->slot[SLOT_TCP];

	if (!tcp)
		return;
	tcp_tw_free_all(tcp);
	free_ends(tcp);
	free_listeners(tcp);
	stack_disarm(stack, &tcp->tw_timer);
	tcp_tfo_fini(tcp);
	htab_fini(&tcp->ends);
	htab_fini(&tcp->ports);
	tcp_end_hash_forget(tcp);
	fini_pools(tcp);
	mem_free(tcp->env->mem, tcp, sizeof(*tcp));
	stack->slot[SLOT_TCP] = NULL;
}
