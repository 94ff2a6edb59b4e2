// SPDX-License-Identifier: MIT
/*
 * plugin_test.c - libweft_packetdrill.so, loaded and driven as the tool does
 *
 * One thread makes calls, which may block; the test itself brings packets,
 * takes them, and lets time pass.  The object is named by WEFT_PACKETDRILL.
 */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "plugin_port.h"

/* What the other side says, and what it heard last. */
struct other {
	struct plugin_port port;
	struct drill_table *t;
	uint8_t heard[65536];
	size_t heard_len;
	uint32_t their_seq;
};

static plugin_init_fn *init_fn;

static int set_up_all(void **state)
{
	(void)state;
	init_fn = plugin_load(getenv("WEFT_PACKETDRILL"));
	return init_fn ? 0 : -1;
}

static int set_up(void **state)
{
	struct other *o = calloc(1, sizeof(*o));

	*state = o;
	if (!o || plugin_port_init(&o->port, init_fn, "sysctl=off"))
		return -1;
	o->t = &o->port.port.table;
	return 0;
}

static int tear_down(void **state)
{
	struct other *o = *state;

	plugin_port_fini(&o->port);
	free(o);
	return 0;
}

static uint16_t fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static uint32_t add(uint32_t sum, const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		sum += (uint32_t)p[i] << (i % 2 ? 0 : 8);
	return sum;
}

static void put(uint8_t *p, uint32_t v, int octets)
{
	while (octets--) {
		p[octets] = (uint8_t)v;
		v >>= 8;
	}
}

static uint32_t get(const uint8_t *p, int octets)
{
	uint32_t v = 0;

	while (octets--)
		v = v << 8 | *p++;
	return v;
}

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

/* A segment from 192.0.2.1:@from to 192.168.0.1:@to with @len octets 'x'. */
static void say(struct other *o, uint16_t from, uint16_t to, uint8_t flags,
		uint32_t seq, size_t len)
{
	uint8_t p[2000] = {0x45, 0, 0, 0, 0, 0, 0, 0, 64, IPPROTO_TCP};
	uint8_t *tcp = p + 20;
	uint32_t sum;

	put(p + 2, (uint32_t)(40 + len), 2);
	put(p + 12, 0xc0000201, 4);
	put(p + 16, 0xc0a80001, 4);
	put(p + 10, fold(add(0, p, 20)), 2);
	put(tcp, from, 2);
	put(tcp + 2, to, 2);
	put(tcp + 4, seq, 4);
	put(tcp + 8, flags & ACK ? o->their_seq : 0, 4);
	tcp[12] = 5 << 4;
	tcp[13] = flags;
	put(tcp + 14, 65535, 2);
	memset(tcp + 20, 'x', len);
	sum = add(0, p + 12, 8) + IPPROTO_TCP + (uint32_t)(20 + len);
	put(tcp + 16, fold(add(sum, tcp, 20 + len)), 2);
	assert_int_equal(o->t->netdev_send(o->t->userdata, p, 40 + len), 0);
}

/* The next segment of the stack: its flags. */
static uint8_t hear(struct other *o)
{
	long long us = 0;
	const uint8_t *tcp = o->heard + 20;

	o->heard_len = sizeof(o->heard);
	assert_int_equal(o->t->netdev_receive(o->t->userdata, o->heard,
					      &o->heard_len, &us),
			 0);
	assert_true(o->heard_len >= 40);
	o->their_seq = get(tcp + 4, 4) + (tcp[13] & (SYN | FIN) ? 1 : 0) +
		       (uint32_t)(o->heard_len - 20 - (tcp[12] >> 4) * 4);
	return tcp[13];
}

static struct sockaddr_in addr(uint32_t ip, uint16_t port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};

	sin.sin_addr.s_addr = htonl(ip);
	sin.sin_port = htons(port);
	return sin;
}

static double seconds(struct other *o)
{
	struct timeval tv;

	o->t->gettimeofday(o->t->userdata, &tv, NULL);
	return (double)tv.tv_sec + (double)tv.tv_usec / 1e6;
}

static int listener(struct other *o)
{
	struct sockaddr_in sin = addr(0xc0a80001, 80);
	int fd = o->t->socket(o->t->userdata, AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(
		o->t->bind(o->t->userdata, fd, (void *)&sin, sizeof(sin)), 0);
	assert_int_equal(o->t->listen(o->t->userdata, fd, 5), 0);
	return fd;
}

/* A call that another thread makes. */
struct call {
	struct other *o;
	int fd;
	_Atomic int tid;
	char buf[100];
	long ret;
	double end;
};

/* Start it, and wait until it sleeps, as the tool does. */
static pthread_t start(struct call *c, void *(*fn)(void *))
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, fn, c), 0);
	while (!c->tid || !plugin_is_asleep(c->tid))
		sched_yield();
	return thread;
}

static void *do_accept(void *arg)
{
	struct call *c = arg;

	c->tid = gettid();
	c->ret = c->o->t->accept(c->o->t->userdata, c->fd, NULL, NULL);
	c->end = seconds(c->o);
	return NULL;
}

static void *do_read(void *arg)
{
	struct call *c = arg;

	c->tid = gettid();
	c->ret =
		c->o->t->read(c->o->t->userdata, c->fd, c->buf, sizeof(c->buf));
	c->end = seconds(c->o);
	return NULL;
}

static int established(struct other *o)
{
	int fd = listener(o), conn;

	say(o, 4000, 80, SYN, 0, 0);
	assert_int_equal(hear(o), SYN | ACK);
	say(o, 4000, 80, ACK, 1, 0);
	conn = o->t->accept(o->t->userdata, fd, NULL, NULL);
	assert_true(conn >= 0);
	return conn;
}

static void table_is_filled_in(void **state)
{
	struct other *o = *state;
	void *const *p = (void *const *)(void *)o->t;
	size_t i;

	assert_int_equal(sizeof(*o->t), 33 * sizeof(void *));
	for (i = 0; i < 33; i++)
		assert_non_null(p[i]);
}

static void blocked_accept_returns_when_the_handshake_ends(void **state)
{
	struct call c = {.o = *state, .fd = listener(*state)};
	pthread_t thread;

	thread = start(&c, do_accept);
	c.o->t->usleep(c.o->t->userdata, 100000);
	say(c.o, 4000, 80, SYN, 0, 0);
	assert_int_equal(hear(c.o), SYN | ACK);
	c.o->t->usleep(c.o->t->userdata, 100000);
	say(c.o, 4000, 80, ACK, 1, 0);
	c.o->t->usleep(c.o->t->userdata, 500000);
	pthread_join(thread, NULL);
	assert_true(c.ret >= 0);
}

static void blocked_read_is_woken_at_the_right_time(void **state)
{
	struct call c = {.o = *state, .fd = established(*state)};
	double begin = seconds(c.o);
	pthread_t thread;

	thread = start(&c, do_read);
	say(c.o, 4000, 80, PSH | ACK, 1, 10);
	c.o->t->usleep(c.o->t->userdata, 900000);
	pthread_join(thread, NULL);
	assert_int_equal(c.ret, 10);
	assert_memory_equal(c.buf, "xxxxxxxxxx", 10);
	assert_true(c.end - begin < 0.01);
}

static void connect_without_blocking_is_under_way(void **state)
{
	struct other *o = *state;
	struct sockaddr_in sin = addr(0xc0000201, 8080);
	int fd = o->t->socket(o->t->userdata, AF_INET,
			      SOCK_STREAM | SOCK_NONBLOCK, 0);
	uint16_t port;

	assert_int_equal(
		o->t->connect(o->t->userdata, fd, (void *)&sin, sizeof(sin)),
		-1);
	assert_int_equal(errno, EINPROGRESS);
	assert_int_equal(hear(o), SYN);
	port = (uint16_t)get(o->heard + 20, 2);
	say(o, 8080, port, SYN | ACK, 0, 0);
	assert_int_equal(hear(o), ACK);
	assert_int_equal(o->t->write(o->t->userdata, fd, "hello", 5), 5);
	assert_int_equal(hear(o), PSH | ACK);
	assert_memory_equal(o->heard + o->heard_len - 5, "hello", 5);
}

static void hours_pass_in_less_than_a_second(void **state)
{
	struct other *o = *state;
	int fd = established(o), on = 1;
	struct timespec from, to;
	double begin = seconds(o);

	clock_gettime(CLOCK_MONOTONIC, &from);
	o->t->setsockopt(o->t->userdata, fd, SOL_SOCKET, SO_KEEPALIVE, &on,
			 sizeof(on));
	assert_int_equal(hear(o), ACK); /* the first probe, after two hours */
	assert_true(seconds(o) - begin > 7199);
	o->t->usleep(o->t->userdata, 3600000000U);
	clock_gettime(CLOCK_MONOTONIC, &to);
	assert_true(seconds(o) - begin > 3 * 3600 - 1);
	assert_true(to.tv_sec - from.tv_sec <= 1);
}

static void offloads_make_one_large_segment(void **state)
{
	static uint8_t data[20000];
	struct other o = {0};
	int fd;

	(void)state;
	assert_int_equal(
		plugin_port_init(&o.port, init_fn, "sysctl=off,offload=on"), 0);
	o.t = &o.port.port.table;
	fd = established(&o);
	assert_int_equal(o.t->write(o.t->userdata, fd, data, sizeof(data)),
			 sizeof(data));
	assert_int_equal(hear(&o) & ACK, ACK);
	assert_true(o.heard_len > 1500);
	assert_int_equal(fold(add(add(0, o.heard + 12, 8) + IPPROTO_TCP +
					  (uint32_t)(o.heard_len - 20),
				  o.heard + 20, o.heard_len - 20)),
			 0);
	plugin_port_fini(&o.port);
}

static void nothing_to_receive_is_an_empty_packet(void **state)
{
	struct other *o = *state;
	uint8_t buf[100];
	size_t len = sizeof(buf);
	long long us;

	assert_int_equal(o->t->netdev_receive(o->t->userdata, buf, &len, &us),
			 0);
	assert_int_equal(len, 0);
}

static void time_passes_for_who_asks(void **state)
{
	double a = seconds(*state), b = seconds(*state);

	assert_true(b > a);
	assert_true(b < a + 0.001);
}

static void settings_are_read_when_a_socket_is_made(void **state)
{
	char dir[] = "/tmp/weft-plugin-XXXXXX", path[64], flags[64];
	struct plugin_port port;
	struct other o = {0};
	FILE *f;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(flags, sizeof(flags), "sysctl=%s", dir);
	assert_int_equal(plugin_port_init(&port, init_fn, flags), 0);
	snprintf(path, sizeof(path), "%s/tcp_window_scaling", dir);
	f = fopen(path, "we");
	fputs("0\n", f);
	(void)fclose(f);
	o.t = &port.port.table;
	fd = o.t->socket(o.t->userdata, AF_INET, SOCK_STREAM | SOCK_NONBLOCK,
			 0);
	o.t->connect(o.t->userdata, fd,
		     (void *)&(struct sockaddr_in){.sin_family = AF_INET,
						   .sin_port = htons(80),
						   .sin_addr.s_addr =
							   htonl(0xc0000201)},
		     sizeof(struct sockaddr_in));
	assert_int_equal(hear(&o), SYN);
	assert_null(memmem(o.heard + 40, o.heard_len - 40, "\1\3\3", 3));
	unlink(path);
	rmdir(dir);
	plugin_port_fini(&port);
}

static void flags_that_nobody_knows_are_refused(void **state)
{
	struct drill_table t;

	(void)state;
	assert_int_equal(init_fn("frobnicate=1", &t), -1);
	assert_int_equal(init_fn("mtu=12", &t), -1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(table_is_filled_in),
		TEST(blocked_accept_returns_when_the_handshake_ends),
		TEST(blocked_read_is_woken_at_the_right_time),
		TEST(connect_without_blocking_is_under_way),
		TEST(hours_pass_in_less_than_a_second),
		TEST(offloads_make_one_large_segment),
		TEST(nothing_to_receive_is_an_empty_packet),
		TEST(time_passes_for_who_asks),
		TEST(settings_are_read_when_a_socket_is_made),
		TEST(flags_that_nobody_knows_are_refused),
	};

	return cmocka_run_group_tests(tests, set_up_all, NULL);
}
