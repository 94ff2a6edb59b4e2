// SPDX-License-Identifier: MIT
/*
 * homenet.c - a small network with a log, and things that happen on it
 *
 * See homenet.h.
 */
#include "homenet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "ip/icmp.h"
#include "ip/ip.h"
#include "sock/sock.h"

enum { SECONDS = 5, CHUNK = 1000, PORT_HTTP = 80 };

static bool add_address(struct host *host, struct port *port, const char *text)
{
	struct ip4_net net;

	return port && ip4_net_parse(&net, text) == 0 &&
	       ip_addr_add(&host->stack, &port->netif, net) == 0;
}

static bool add_default(struct host *host, const char *gateway)
{
	struct ip4_net all;
	ip4_addr via;

	return ip4_net_parse(&all, "0.0.0.0/0") == 0 &&
	       ip4_parse(&via, gateway) == 0 &&
	       ip_route_add(&host->stack, all, via, NULL, 0) == 0;
}

static void tell_node(struct homenet *n, const char *name, const char *kind)
{
	PROBE(world_place(n->world), EV_NOTE, R_LAB_NODE, NULL,
	      EVF_TEXT("name", name), EVF_TEXT("kind", kind));
}

static void tell_address(struct homenet *n, const struct port *port,
			 const char *text)
{
	struct ip_addr ip = {0};

	check(ip_addr_parse(&ip, text) == 0);
	PROBE(world_place(n->world), EV_NOTE, R_LAB_ADDRESS, NULL,
	      EVF_TEXT("name", port->node->name), EVF_IP("ip", &ip),
	      EVF_TEXT("if", port->netif.name),
	      EVF_MAC("mac", &port->netif.mac));
}

static void introduce(struct homenet *n, struct port *const ports[6])
{
	PROBE(world_place(n->world), EV_NOTE, R_LAB_BEGIN, NULL,
	      EVF_TEXT("lab", "homenet"), EVF_NUM("seed", 42));
	tell_node(n, "laptop", "host");
	tell_node(n, "router", "router");
	tell_node(n, "web", "host");
	tell_node(n, "sw", "switch");
	tell_address(n, ports[0], "10.1.0.10");
	tell_address(n, ports[3], "10.1.0.1");
	tell_address(n, ports[4], "10.9.0.1");
	tell_address(n, ports[5], "10.9.0.80");
}

static bool add_nodes(struct homenet *n)
{
	n->sw = world_add_switch(n->world, "sw");
	n->laptop = world_add_host(n->world, "laptop");
	n->router = world_add_router(n->world, "router");
	n->web = world_add_host(n->world, "web");
	return n->sw && n->laptop && n->router && n->web;
}

static bool add_cables(struct homenet *n, struct port *ports[6])
{
	struct cable_params params = {.delay_ns = NS_PER_MS};
	int i;

	ports[0] = host_add_port(n->laptop, NULL);
	ports[1] = switch_add_port(n->sw);
	ports[2] = switch_add_port(n->sw);
	ports[3] = host_add_port(n->router, NULL);
	ports[4] = host_add_port(n->router, NULL);
	ports[5] = host_add_port(n->web, NULL);
	for (i = 0; i < 3; i++) {
		struct port *a = ports[2 * i], *b = ports[2 * i + 1];

		if (!a || !b)
			return false;
		n->cables[i] = world_link(n->world, a, b, &params);
		if (!n->cables[i])
			return false;
	}
	return true;
}

bool homenet_build(struct homenet *n, struct mem *mem)
{
	struct port *ports[6];

	memset(n, 0, sizeof(*n));
	n->log = trace_log_new(mem, LOG_FRAMES);
	n->world = world_new(mem, 42);
	if (!n->log || !n->world)
		return false;
	trace_log_attach(n->log, world_env(n->world));
	if (!add_nodes(n) || !add_cables(n, ports))
		return false;
	introduce(n, ports);
	return add_address(n->laptop, ports[0], "10.1.0.10/24") &&
	       add_address(n->router, ports[3], "10.1.0.1/24") &&
	       add_address(n->router, ports[4], "10.9.0.1/24") &&
	       add_address(n->web, ports[5], "10.9.0.80/24") &&
	       add_default(n->laptop, "10.1.0.1") &&
	       add_default(n->web, "10.9.0.1");
}

size_t homenet_free(struct homenet *n)
{
	size_t leaked = 0;

	if (n->log)
		trace_log_detach(n->log);
	if (n->world)
		leaked = world_free(n->world);
	trace_log_free(n->log);
	memset(n, 0, sizeof(*n));
	return leaked;
}

void homenet_act(struct homenet *n, const char *text)
{
	world_env(n->world)->cause = 0;
	PROBE_CAUSE(world_place(n->world), EV_ACTION, R_ACTION, NULL,
		    EVF_TEXT("text", text));
}

static void on_echo(void *arg, const struct icmp_echo_event *ev)
{
	size_t *answered = arg;

	if (ev->kind == ICMP_ECHO_ANSWER && ev->is_intact)
		*answered = ev->len + 1;
}

bool homenet_ping(struct homenet *n, size_t octets)
{
	size_t answered = 0; /* octets of the answer, and one */
	struct icmp_echo *echo;
	struct ip_addr web;
	uint64_t end = world_now(n->world) + SECONDS * NS_PER_S;

	echo = icmp_echo_open(&n->laptop->stack, on_echo, &answered);
	if (!echo)
		return false;
	check(ip_addr_parse(&web, "10.9.0.80") == 0);
	(void)icmp_echo_send(echo, web, 1, octets, 0);
	world_env(n->world)->cause = 0;
	(void)world_run_until(n->world, end);
	icmp_echo_close(echo);
	return answered == octets + 1;
}

static int server_open(struct stack *s)
{
	struct endpoint any = {.addr = ip_addr_v4((ip4_addr){0}),
			       .port = PORT_HTTP};
	int fd = sk_socket(s, SK_AF_INET, SK_SOCK_STREAM, 0);

	if (fd < 0)
		return fd;
	if (sk_bind(s, fd, &any) || sk_listen(s, fd, 4)) {
		sk_close(s, fd);
		return -1;
	}
	return fd;
}

static int client_open(struct stack *s)
{
	int fd = sk_socket(s, SK_AF_INET, SK_SOCK_STREAM, 0);
	struct endpoint web;

	if (fd < 0)
		return fd;
	check(endpoint_parse(&web, "10.9.0.80:80") == 0);
	if (sk_connect(s, fd, &web)) {
		sk_close(s, fd);
		return -1;
	}
	return fd;
}

static bool serve(struct stack *s, int fd, size_t octets)
{
	uint8_t buf[CHUNK];

	if (sk_recv(s, fd, buf, sizeof(buf), 0) <= 0)
		return false;
	while (octets) {
		size_t len = min_size(octets, sizeof(buf));
		long n;

		memset(buf, (int)(octets % 251), len);
		n = sk_send(s, fd, buf, len, 0);
		if (n <= 0)
			return false;
		octets -= (size_t)n;
	}
	return true;
}

static size_t receive(struct stack *s, int fd)
{
	uint8_t buf[CHUNK];
	size_t sum = 0;
	long n;

	while ((n = sk_recv(s, fd, buf, sizeof(buf), 0)) > 0)
		sum += (size_t)n;
	return sum;
}

static bool converse(struct homenet *n, int listener, size_t octets)
{
	static const char request[] = "GET / HTTP/1.1\r\n\r\n";
	struct stack *laptop = &n->laptop->stack, *web = &n->web->stack;
	int fd = client_open(laptop), conn = -1;
	bool is_good = false;

	if (fd < 0)
		return false;
	if (sk_send(laptop, fd, request, sizeof(request) - 1, 0) > 0)
		conn = sk_accept(web, listener, NULL);
	if (conn >= 0) {
		is_good = serve(web, conn, octets);
		sk_close(web, conn);
		is_good &= receive(laptop, fd) == octets;
	}
	sk_close(laptop, fd);
	return is_good;
}

bool homenet_fetch(struct homenet *n, size_t octets)
{
	struct stack *web = &n->web->stack;
	int listener = server_open(web);
	bool is_good;

	if (listener < 0)
		return false;
	is_good = converse(n, listener, octets);
	sk_close(web, listener);
	world_env(n->world)->cause = 0;
	(void)world_run_until(n->world, world_now(n->world) + 120 * NS_PER_S);
	return is_good;
}

uint32_t log_find(const struct trace_log *log, uint32_t after, const char *host,
		  enum ev_kind kind, enum reason what)
{
	uint32_t n;

	for (n = after + 1; n <= trace_log_count(log); n++) {
		const struct log_event *ev = trace_log_get(log, n);

		if (ev->kind == kind && ev->what == what &&
		    !strcmp(ev->host, host))
			return n;
	}
	fail_msg("no %s of %s at %s after event %u", ev_kind_name(kind),
		 reason_name(what), host, after);
	return 0;
}
