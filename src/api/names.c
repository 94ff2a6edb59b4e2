// SPDX-License-Identifier: MIT
/*
 * names.c - the table of hosts, and asking name servers
 *
 * Theory of operation
 * ===================
 * A stub resolver (RFC 1123, 6.1.3): it asks a server that does the work, by
 * UDP, from a port and with an identifier that nobody can guess, on a socket
 * that hears that server only (RFC 5452, 9).  Each server has TRIES tries of
 * TIMEOUT_S; an answer that was cut is asked for again by TCP.
 *
 * Nothing is remembered: the servers have caches.
 */

#include "api/names.h"

#include <string.h>

#include "wire/addr.h"

#include "api/api_int.h"
#include "sock/sock.h"

#define DNS_PORT  53
#define TRIES	  2
#define TIMEOUT_S 5
#define TCP_MAX	  65535

/* A name of the table of hosts. */
struct host_name {
	struct list node;
	struct ip_addr addr;
	char name[DNS_NAME_TEXT];
};

int weft_dns_add(struct weft_stack *ws, const char *addr)
{
	API_CALL(ws);
	struct ip_addr a;

	if (ip_addr_parse(&a, addr))
		return (int)api_result(-EINVAL);
	if (ws->dns_count == API_DNS_MAX)
		return (int)api_result(-ENOSPC);
	ws->dns[ws->dns_count++] = a;
	return 0;
}

int weft_hosts_add(struct weft_stack *ws, const char *addr, const char *name)
{
	API_CALL(ws);
	struct host_name *h;
	struct ip_addr a;

	if (ip_addr_parse(&a, addr) || !*name || strlen(name) >= DNS_NAME_TEXT)
		return (int)api_result(-EINVAL);
	h = mem_alloc(call.stack->place.env->mem, sizeof(*h));
	if (!h)
		return (int)api_result(-ENOMEM);
	h->addr = a;
	memcpy(h->name, name, strlen(name));
	list_add_tail(&ws->hosts, &h->node);
	return 0;
}

void names_free(struct weft_stack *ws)
{
	struct list *pos;

	while ((pos = list_pop_head(&ws->hosts)))
		mem_free(ws->stack->place.env->mem,
			 container_of(pos, struct host_name, node),
			 sizeof(struct host_name));
}

void names_in_hosts(const struct weft_stack *ws, const char *name,
		    uint8_t family, struct names *out)
{
	const int max = (int)(sizeof(out->addr) / sizeof(out->addr[0]));
	const struct host_name *h;

	list_for_each_entry(h, &ws->hosts, struct host_name, node)
		if (dns_name_eq(h->name, name) && out->count < max &&
		    (!family || h->addr.family == family))
			out->addr[out->count++] = h->addr;
}

const char *names_of_addr(const struct weft_stack *ws, struct ip_addr addr)
{
	const struct host_name *h;

	list_for_each_entry(h, &ws->hosts, struct host_name, node)
		if (ip_addr_eq(h->addr, addr))
			return h->name;
	return NULL;
}

/* A question under way. */
struct question {
	struct stack *stack;
	struct endpoint server;
	uint8_t query[DNS_QUERY_MAX];
	size_t len;
};

/* A socket connected to the server, which waits no longer than that. */
static int connect_to(const struct question *q, int type)
{
	const struct sk_timeval tv = {.sec = TIMEOUT_S};
	bool is_v6 = q->server.addr.family == IP_V6;
	int fd = sk_socket(q->stack, is_v6 ? SK_AF_INET6 : SK_AF_INET, type, 0);

	if (fd < 0)
		return fd;
	sk_setsockopt(q->stack, fd, SK_SOL_SOCKET, SK_SO_RCVTIMEO, &tv,
		      sizeof(tv));
	sk_setsockopt(q->stack, fd, SK_SOL_SOCKET, SK_SO_SNDTIMEO, &tv,
		      sizeof(tv));
	if (!sk_connect(q->stack, fd, &q->server))
		return fd;
	sk_close(q->stack, fd);
	return -1;
}

/* 0, or -1: no answer that could be used.  What is no answer to the question
 * is passed over, as if it had not come. */
static int ask_udp(const struct question *q, struct dns_answer *out)
{
	uint8_t buf[DNS_UDP_MAX];
	int fd = connect_to(q, SK_SOCK_DGRAM);
	long n = fd < 0 ? -1 : sk_send(q->stack, fd, q->query, q->len, 0);

	while (n > 0) {
		n = sk_recv(q->stack, fd, buf, sizeof(buf), 0);
		if (n > 0 &&
		    !dns_answer_parse(q->query, q->len, buf, (size_t)n, out))
			break;
	}
	if (fd >= 0)
		sk_close(q->stack, fd);
	return n > 0 ? 0 : -1;
}

/* Each message has its length in front (RFC 1035, 4.2.2). */
static int exchange_tcp(const struct question *q, int fd, uint8_t *buf,
			struct dns_answer *out)
{
	uint8_t len[2];
	long n;

	put16(len, (uint16_t)q->len);
	if (sk_send(q->stack, fd, len, 2, SK_MSG_MORE) != 2 ||
	    sk_send(q->stack, fd, q->query, q->len, 0) != (long)q->len ||
	    sk_recv(q->stack, fd, len, 2, SK_MSG_WAITALL) != 2)
		return -1;
	n = sk_recv(q->stack, fd, buf, get16(len), SK_MSG_WAITALL);
	if (n != get16(len))
		return -1;
	return dns_answer_parse(q->query, q->len, buf, (size_t)n, out) ? -1 : 0;
}

static int ask_tcp(const struct question *q, struct dns_answer *out)
{
	struct mem *mem = q->stack->place.env->mem;
	uint8_t *buf = mem_alloc_raw(mem, TCP_MAX);
	int fd = buf ? connect_to(q, SK_SOCK_STREAM) : -1, err = -1;

	if (fd >= 0) {
		err = exchange_tcp(q, fd, buf, out);
		sk_close(q->stack, fd);
	}
	mem_free(mem, buf, TCP_MAX);
	return err;
}

static int ask_one(const struct question *q, struct dns_answer *out)
{
	int err = ask_udp(q, out);

	return !err && out->is_cut ? ask_tcp(q, out) : err;
}

static int eai_of(const struct dns_answer *a)
{
	if (a->rcode == DNS_NXDOMAIN)
		return EAI_NONAME;
	return a->rcode == DNS_OK ? 0 : EAI_FAIL;
}

int names_ask(struct weft_stack *ws, const char *name, uint16_t type,
	      struct dns_answer *out)
{
	struct question q = {.stack = api_stack(ws)};
	int try, i, n, err = EAI_AGAIN;
	uint16_t id;

	for (try = 0; try < TRIES; try++) {
		for (i = 0; i < ws->dns_count; i++) {
			if (stack_random(q.stack, &id, sizeof(id)))
				return EAI_FAIL;
			n = dns_query_emit(q.query, id, name, type);
			if (n < 0)
				return EAI_NONAME;
			q.len = (size_t)n;
			q.server = (struct endpoint){ws->dns[i], DNS_PORT};
			if (ask_one(&q, out))
				continue;
			err = eai_of(out);
			if (err != EAI_FAIL)
				return err;
		}
	}
	return err;
}
