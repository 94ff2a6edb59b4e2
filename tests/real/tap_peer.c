// SPDX-License-Identifier: MIT
/*
 * tap_peer.c - weft's end of the conversations with the kernel
 *
 *	tap-peer DEVICE ADDRESS/LEN [OPTION...] MODE ...
 *
 *	connect HOST PORT [END]		octets of standard input go to the
 *	listen PORT [END]		peer, what it says to standard output
 *	udp HOST PORT COUNT		datagrams that have to come back
 *	cut HOST PORT SIZE OCTETS	datagrams of that size in one call
 *	ping HOST COUNT			likewise, as echo requests
 *	many HOST PORT COUNT OCTETS	so many streams at once, with an echo
 *	group				as told on standard input: tap_group.c
 *
 * END is how the conversation ends when standard input has ended: "half"
 * (shut down, and read what still comes; the default), "close" or "reset".
 *
 * DEVICE is what `weft up` takes: weft0, xdp:veth1, ...
 *
 * Options: --offload, --mtu N, --queues N, --gateway IP, --six ADDRESS/LEN
 * (IPv6 too), --router PREFIX/LEN (and advertise that), --set KNOB=N (of its
 * TCP), --stall 700ms (read nothing for so long), --limit 100s (then it is
 * killed); and of the cable in front of it: --loss 1%, --dup, --reorder,
 * --corrupt, --delay 2ms.
 *
 * Says "ready" on standard error when the device is up, and in the end what
 * was counted, as JSON.  Exit status: 0, or 1 with a sentence.
 */

#include "tap_peer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"

#include "ip/icmp.h"
#include "ip/ip.h"
#include "ip6/ip6.h"
#include "ip6/nd.h"
#include "sock/sock.h"
#include "tcp/tcp.h"

enum { CHUNK = 65536 };

struct station st;
static struct cable_params cable;
static uint64_t stall_ns, limit_ns = 100 * NS_PER_S;
static struct ip6_net six, advertised; /* len 0: none */

void die(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fprintf(stderr, "tap-peer: ");
	vfprintf(stderr, format, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	exit(1);
}

uint64_t number(const char *text, enum value_unit unit)
{
	uint64_t v = 0;

	if (!text || value_parse(text, unit, &v) != VALUE_OK)
		die("%s is no %s", text ? text : "nothing",
		    value_unit_name(unit));
	return v;
}

int count_of(const char *text)
{
	return (int)min_u64(number(text, VALUE_NUMBER), 1000000);
}

static uint64_t deadline(void)
{
	return pace_now(&st.pace) + limit_ns;
}

struct endpoint peer_of(const char *host, const char *port)
{
	struct endpoint ep = {.port = (uint16_t)number(port, VALUE_NUMBER)};

	if (ip_addr_parse(&ep.addr, host))
		die("%s is no address", host);
	return ep;
}

/* What somebody waits for: so many descriptors from @first on. */
struct awaited {
	const int *fds;
	const uint32_t *events;
	int count;
};

static bool is_ready(void *arg)
{
	struct awaited *a = arg;
	int i;

	for (i = 0; i < a->count; i++)
		if (a->fds[i] >= 0 &&
		    sk_ready(st.stack, a->fds[i]) &
			    (a->events[i] | WAIT_ERR | WAIT_HUP))
			return true;
	return false;
}

void await(const int *fds, const uint32_t *events, int count)
{
	struct awaited a = {.fds = fds, .events = events, .count = count};
	int err = pace_poll(&st.pace);

	check(!err);
	err = pace_wait(&st.pace, is_ready, &a, deadline());

	if (err)
		die("waiting: %s", strerror(-err));
}

/* A conversation between standard input and output and a socket. */
struct talk {
	int fd;
	uint8_t out[CHUNK];
	size_t out_off, out_len;
	bool stdin_ended, peer_ended;
	const char *end;
	uint64_t deaf_until_ns;
	uint64_t sent, received;
};

/* Send what there is; true if something was done. */
static bool talk_send(struct talk *t)
{
	long n;

	if (t->stdin_ended)
		return false;
	if (t->out_off == t->out_len) {
		n = read(STDIN_FILENO, t->out, sizeof(t->out));
		if (n < 0)
			die("reading: %s", strerror(errno));
		t->out_off = 0;
		t->out_len = (size_t)n;
		t->stdin_ended = n == 0;
		if (t->stdin_ended && !strcmp(t->end, "half"))
			sk_shutdown(st.stack, t->fd, SK_SHUT_WR);
		if (t->stdin_ended)
			return true;
	}
	n = sk_send(st.stack, t->fd, t->out + t->out_off,
		    t->out_len - t->out_off, SK_MSG_DONTWAIT);
	if (n == -EAGAIN)
		return false;
	if (n < 0)
		die("sending: %s", strerror((int)-n));
	t->out_off += (size_t)n;
	t->sent += (uint64_t)n;
	return true;
}

static bool talk_receive(struct talk *t)
{
	static uint8_t in[CHUNK];
	long n;

	if (t->peer_ended || pace_now(&st.pace) < t->deaf_until_ns)
		return false;
	n = sk_recv(st.stack, t->fd, in, sizeof(in), SK_MSG_DONTWAIT);
	if (n == -EAGAIN)
		return false;
	if (n < 0)
		die("receiving: %s", strerror((int)-n));
	t->peer_ended = n == 0;
	t->received += (uint64_t)n;
	if (n && fwrite(in, 1, (size_t)n, stdout) != (size_t)n)
		die("writing: %s", strerror(errno));
	return true;
}

/* Pass time without listening. */
static void talk_wait_deaf(const struct talk *t)
{
	while (pace_now(&st.pace) < t->deaf_until_ns)
		pace_wait(&st.pace, NULL, NULL, t->deaf_until_ns);
}

static void talk_end(struct talk *t)
{
	struct sk_linger hard = {.onoff = 1};

	if (!strcmp(t->end, "reset"))
		sk_setsockopt(st.stack, t->fd, SK_SOL_SOCKET, SK_SO_LINGER,
			      &hard, sizeof(hard));
	sk_close(st.stack, t->fd);
}

static bool talk_is_over(const struct talk *t)
{
	if (t->stdin_ended && strcmp(t->end, "half") != 0)
		return true;
	return t->stdin_ended && t->peer_ended;
}

static void talk(int fd, const char *end)
{
	static struct talk t;
	uint32_t events;

	t.fd = fd;
	t.end = end ? end : "half";
	t.deaf_until_ns = pace_now(&st.pace) + stall_ns;
	talk_wait_deaf(&t);
	while (!talk_is_over(&t)) {
		bool did = talk_send(&t);

		did |= talk_receive(&t);
		if (did && t.received + t.sent < CHUNK)
			continue;
		events = t.peer_ended ? 0 : WAIT_IN;
		if (!t.stdin_ended)
			events |= WAIT_OUT;
		if (!talk_is_over(&t))
			await(&fd, &events, 1);
	}
	talk_end(&t);
}

static int family_of(const struct endpoint *ep)
{
	return ep->addr.family == IP_V6 ? SK_AF_INET6 : SK_AF_INET;
}

static void mode_connect(char **argv)
{
	struct endpoint to = peer_of(argv[0], argv[1]);
	int fd = sk_socket(st.stack, family_of(&to), SK_SOCK_STREAM, 0);
	int err = fd < 0 ? fd : sk_connect(st.stack, fd, &to);

	if (err)
		die("connecting: %s", strerror(-err));
	talk(fd, argv[2]);
}

static void mode_listen(char **argv)
{
	struct endpoint local = peer_of(six.len ? "::" : "0.0.0.0", argv[0]);
	int fd = sk_socket(st.stack, family_of(&local), SK_SOCK_STREAM, 0);

	if (sk_bind(st.stack, fd, &local) || sk_listen(st.stack, fd, 10))
		die("cannot listen");
	fprintf(stderr, "listening\n");
	fd = sk_accept(st.stack, fd, NULL);
	if (fd < 0)
		die("accepting: %s", strerror(-fd));
	talk(fd, argv[1]);
}

static void mode_udp(char **argv)
{
	struct endpoint to = peer_of(argv[0], argv[1]);
	int fd = sk_socket(st.stack, family_of(&to), SK_SOCK_DGRAM, 0);
	int i, count = count_of(argv[2]);
	uint8_t out[9000], in[9000];

	check(sk_connect(st.stack, fd, &to) == 0);
	for (i = 0; i < count; i++) {
		size_t len = (size_t)(i * 37 % 8000 + 1);
		uint32_t events = WAIT_IN;

		memset(out, i, len);
		if (sk_send(st.stack, fd, out, len, 0) != (long)len)
			die("datagram %d did not leave", i);
		await(&fd, &events, 1);
		if (sk_recv(st.stack, fd, in, sizeof(in), 0) != (long)len ||
		    memcmp(in, out, len) != 0)
			die("datagram %d came back another", i);
	}
}

/* So many octets in one call, and then wait to be told that they came.  The
 * first one goes alone: who is to be asked for by ARP, is asked then. */
static void mode_cut(char **argv)
{
	struct endpoint to = peer_of(argv[0], argv[1]);
	int fd = sk_socket(st.stack, family_of(&to), SK_SOCK_DGRAM, 0);
	int size = count_of(argv[2]);
	size_t i, len = min_size((size_t)count_of(argv[3]), CHUNK);
	static uint8_t out[CHUNK];
	uint32_t events = WAIT_IN;

	for (i = 0; i < len; i++)
		out[i] = (uint8_t)(i / (size_t)size);
	check(sk_connect(st.stack, fd, &to) == 0);
	check(sk_send(st.stack, fd, "?", 1, 0) == 1);
	await(&fd, &events, 1);
	check(sk_recv(st.stack, fd, out + len - 1, 1, 0) == 1);
	out[len - 1] = (uint8_t)((len - 1) / (size_t)size);
	check(sk_setsockopt(st.stack, fd, SK_SOL_UDP, SK_UDP_SEGMENT, &size,
			    sizeof(size)) == 0);
	if (sk_send(st.stack, fd, out, len, 0) != (long)len)
		die("the datagrams did not leave");
	await(&fd, &events, 1);
}

static int pings;

static void on_echo(void *arg, const struct icmp_echo_event *ev)
{
	(void)arg;
	if (ev->kind != ICMP_ECHO_ANSWER || !ev->is_intact)
		die("ping: error %d", ev->err);
	pings++;
}

static bool has_pings(void *arg)
{
	return pings == *(int *)arg;
}

static void mode_ping(char **argv)
{
	struct icmp_echo *echo = icmp_echo_open(st.stack, on_echo, NULL);
	struct endpoint to = peer_of(argv[0], "0");
	int i, count = count_of(argv[1]);

	check(echo);
	for (i = 0; i < count; i++) {
		int want = i + 1;

		/* From one octet to more than one frame. */
		if (icmp_echo_send(echo, to.addr, (uint16_t)i,
				   (size_t)(i * 997 % 20000 + 1), 0))
			die("ping %d did not leave", i);
		if (pace_wait(&st.pace, has_pings, &want, deadline()))
			die("ping %d was not answered", i);
	}
	icmp_echo_close(echo);
}

static const struct {
	const char *name;
	void (*run)(char **argv);
	int args;
} modes[] = {
	{"connect", mode_connect, 2}, {"listen", mode_listen, 1},
	{"cut", mode_cut, 4},	      {"udp", mode_udp, 3},
	{"ping", mode_ping, 2},	      {"many", mode_many, 4},
	{"group", mode_group, 0},
};

/* KNOB=N settings, applied when there is a stack. */
static const char *knobs[8];

static void turn_knobs(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(knobs) && knobs[i]; i++) {
		char name[64] = "";
		const char *value = strchr(knobs[i], '=');

		if (!value || (size_t)(value - knobs[i]) >= sizeof(name))
			die("%s is no KNOB=N", knobs[i]);
		memcpy(name, knobs[i], (size_t)(value - knobs[i]));
		if (tcp_knob_set(st.stack, name, count_of(value + 1)))
			die("there is no knob %s", name);
	}
}

static void add_knob(const char *text)
{
	size_t i = 0;

	while (knobs[i])
		i++;
	check(i + 1 < ARRAY_SIZE(knobs));
	knobs[i] = text;
}

/* What a cable does with a share of the frames; false: no such option. */
static bool cable_option(const char *name, const char *value)
{
	const struct {
		const char *name;
		double *to;
	} shares[] = {
		{"--loss", &cable.loss},
		{"--dup", &cable.dup},
		{"--reorder", &cable.reorder},
		{"--corrupt", &cable.corrupt},
	};
	size_t i;

	if (!strcmp(name, "--delay")) {
		cable.delay_ns = number(value, VALUE_DURATION);
		return true;
	}
	for (i = 0; i < ARRAY_SIZE(shares); i++)
		if (!strcmp(name, shares[i].name)) {
			*shares[i].to = (double)number(value, VALUE_PERCENT) /
					(double)VALUE_WHOLE;
			return true;
		}
	return false;
}

/* Options up to the mode; returns what is left. */
static char **read_options(char **argv, struct station_cfg *cfg)
{
	for (; *argv && !strncmp(*argv, "--", 2); argv++) {
		if (!strcmp(*argv, "--offload")) {
			cfg->has_offload = true;
			continue;
		}
		if (!strcmp(*argv, "--mtu"))
			cfg->mtu = (uint32_t)number(argv[1], VALUE_NUMBER);
		else if (!strcmp(*argv, "--queues"))
			cfg->queues = (uint32_t)number(argv[1], VALUE_NUMBER);
		else if (!strcmp(*argv, "--limit"))
			limit_ns = number(argv[1], VALUE_DURATION);
		else if (!strcmp(*argv, "--stall"))
			stall_ns = number(argv[1], VALUE_DURATION);
		else if (!strcmp(*argv, "--gateway"))
			cfg->gateway = peer_of(argv[1], "0").addr.v4;
		else if (!strcmp(*argv, "--six") && argv[1] &&
			 !ip6_net_parse(&six, argv[1]))
			;
		else if (!strcmp(*argv, "--router") && argv[1] &&
			 !ip6_net_parse(&advertised, argv[1]))
			;
		else if (!strcmp(*argv, "--set"))
			add_knob(argv[1]);
		else if (cable_option(*argv, argv[1]))
			cfg->cable = &cable;
		else
			die("what is %s?", *argv);
		argv++;
	}
	return argv;
}

/* Until nobody else was found to have the address, it is not used. */
static bool six_is_ours(void *arg)
{
	(void)arg;
	return ip_addr_is_ours(st.stack, ip_addr_v6(six.addr));
}

static void six_add(void)
{
	if (!six.len)
		return;
	if (ip6_addr_add(st.stack, st.netif, six) ||
	    pace_wait(&st.pace, six_is_ours, NULL, deadline()))
		die("no address of IPv6");
}

/* Be a router of the kernel's link. */
static void router_begin(void)
{
	struct nd_ra_conf c = {.lifetime_s = 1800,
			       .max_interval_s = 4,
			       .mtu = 1400,
			       .hop_limit = 77,
			       .prefix_count = 1,
			       .rdnss_count = 1};

	if (!advertised.len)
		return;
	c.prefix[0] = (struct nd_prefix){.net = advertised,
					 .is_onlink = true,
					 .is_auto = true,
					 .valid_s = 7200,
					 .preferred_s = 3600};
	c.rdnss[0] = six.addr;
	ip_forwarding_set(st.stack, true);
	if (nd_router_conf(st.stack, st.netif, &c))
		die("cannot be a router");
}

static void say_counts(void)
{
	const struct tcp_stats *s = tcp_stats(st.stack);
	int i;

	fprintf(stderr,
		"{\"retransmitted\": %llu, \"timeouts\": %llu, "
		"\"rx_frames\": %llu, \"tx_frames\": %llu",
		(unsigned long long)s->retrans_segs,
		(unsigned long long)s->timeouts,
		(unsigned long long)st.netif->stats.rx_frames,
		(unsigned long long)st.netif->stats.tx_frames);
	for (i = 0; i < DROP_COUNT; i++)
		if (st.stack->place.drops[i])
			fprintf(stderr, ", \"%s\": %llu",
				drop_name((enum drop)i),
				(unsigned long long)st.stack->place.drops[i]);
	fprintf(stderr, "}\n");
}

/* What was closed is still sent: go on until nothing waits to be. */
static void count_unsent(void *arg, const struct tcp_info *info)
{
	if (info->state != TCPS_LISTEN && info->state != TCPS_TIME_WAIT)
		*(int *)arg += 1;
}

static bool all_is_sent(void *arg)
{
	int count = 0;

	(void)arg;
	tcp_for_each(st.stack, count_unsent, &count);
	return !count;
}

int main(int argc, char **argv)
{
	struct station_cfg cfg = {0};
	size_t i;
	int err;

	if (argc < 4 || ip4_net_parse(&cfg.address, argv[2]))
		die("tap-peer DEVICE ADDRESS/LEN [OPTION...] MODE ...");
	cfg.kind = dev_parse(argv[1], &cfg.device);
	argv = read_options(argv + 3, &cfg);
	alarm((unsigned)(limit_ns / NS_PER_S)); /* whatever happens, it ends */
	err = station_open(&st, &cfg);
	if (err)
		die("%s: %s", cfg.device, strerror(-err));
	turn_knobs();
	six_add();
	router_begin();
	fprintf(stderr, "ready\n");
	for (i = 0; i < ARRAY_SIZE(modes); i++)
		if (*argv && !strcmp(*argv, modes[i].name))
			modes[i].run(argv + 1);
	err = pace_wait(&st.pace, all_is_sent, NULL,
			pace_now(&st.pace) + 20 * NS_PER_S);
	say_counts();
	if (err)
		die("not all was sent");
	if (fflush(stdout))
		die("writing: %s", strerror(errno));
	return station_close(&st) != 0;
}
