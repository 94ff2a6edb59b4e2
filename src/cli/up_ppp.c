// SPDX-License-Identifier: MIT
/*
 * up_ppp.c - weft up --serial: PPP on a line of the system
 *
 * Addresses come with the session and go with it, and so does the way to
 * everybody else, if the other end has given us our address: then he is our
 * provider.
 */

#include "cli/up_ppp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/station.h"
#include "ip/icmp.h"
#include "ip/ip.h"
#include "ip6/ip6.h"

enum { PINGS = 4, PING_LEN = 56 };

static int read_auth(struct ppp_conf *c, const char *value)
{
	if (!strcmp(value, "pap"))
		c->auth = PPP_AUTH_PAP;
	else if (!strcmp(value, "chap"))
		c->auth = PPP_AUTH_CHAP;
	else
		return cli_usage("up", "auth is pap or chap, not '%s'", value);
	return 0;
}

static int read_mru(struct ppp_conf *c, const char *value)
{
	unsigned long n = strtoul(value, NULL, 10);

	if (n < 128 || n > 1500)
		return cli_usage("up", "mru is from 128 to 1500, not '%s'",
				 value);
	c->mru = (uint16_t)n;
	return 0;
}

static int read_key(struct ppp_conf *c, const char *key, const char *value)
{
	static const char keys[] =
		"name, secret, auth, peer-name, peer-secret, local, peer, mru";
	ip4_addr *ip = NULL;

	if (!strcmp(key, "name"))
		c->name = value;
	else if (!strcmp(key, "secret"))
		c->secret = value;
	else if (!strcmp(key, "peer-name"))
		c->peer_name = value;
	else if (!strcmp(key, "peer-secret"))
		c->peer_secret = value;
	else if (!strcmp(key, "auth"))
		return read_auth(c, value);
	else if (!strcmp(key, "mru"))
		return read_mru(c, value);
	else if (!strcmp(key, "local"))
		ip = &c->local;
	else if (!strcmp(key, "peer"))
		ip = &c->peer;
	else
		return cli_usage("up", "--ppp knows %s, not '%s'", keys, key);
	if (ip && ip4_parse(ip, value))
		return cli_usage("up", "'%s' is no address", value);
	return 0;
}

int up_ppp_read(struct up_ppp *p, struct station_cfg *cfg, const char *text)
{
	char *next = p->text, *part, *equals;
	int bad = 0;

	if (strlen(text) >= sizeof(p->text))
		return cli_usage("up", "--ppp says too much");
	memcpy(p->text, text, strlen(text) + 1);
	while (!bad && (part = strsep(&next, ","))) {
		equals = strchr(part, '=');
		if (!equals)
			return cli_usage("up", "'%s' is not KEY=VALUE", part);
		*equals = '\0';
		bad = read_key(&cfg->ppp.ppp, part, equals + 1);
	}
	return bad;
}

int up_ppp_read_ping(struct up_ppp *p, const char *text)
{
	if (ip_addr_parse(&p->ping_to, text))
		return cli_usage("up", "'%s' is no address", text);
	return 0;
}

static void on_echo(void *arg, const struct icmp_echo_event *ev)
{
	struct up_ppp *p = arg;
	char text[IP_TEXT];

	if (ev->kind != ICMP_ECHO_ANSWER)
		return;
	p->answers++;
	printf("ping: %s answers%s\n", ip_addr_print(ev->from, text),
	       ev->is_intact ? "" : " with other octets");
	(void)fflush(stdout);
}

/*
 * PPP is up here a little before it is up there: a first question may come to
 * a machine that has not given itself the address yet, and a line without flow
 * control loses octets.  So we ask until we know.
 */
static void on_ping(struct timer *t, void *arg)
{
	struct up_ppp *p = arg;
	char text[IP_TEXT];

	if (p->pings > p->answers) {
		printf("ping: %s has answered %u of %u\n",
		       ip_addr_print(p->ping_to, text), p->answers, p->pings);
		(void)fflush(stdout);
	}
	if (p->answers >= PINGS)
		return;
	if (!p->echo)
		p->echo = icmp_echo_open(p->st->stack, on_echo, p);
	if (p->echo)
		(void)icmp_echo_send(p->echo, p->ping_to, (uint16_t)++p->pings,
				     PING_LEN, 0);
	stack_arm_in(p->st->stack, t, NS_PER_S);
}

static void begin_ping(struct up_ppp *p, int family)
{
	if (p->ping_to.family == family && p->answers < PINGS)
		stack_arm_in(p->st->stack, &p->timer, NS_PER_S);
}

/* There will be another session: then it goes on. */
static void end_ping(struct up_ppp *p, int family)
{
	if (p->ping_to.family == family)
		stack_disarm(p->st->stack, &p->timer);
}

static void on_up(void *arg, struct netif *netif, ip4_addr peer)
{
	struct up_ppp *p = arg;
	static const struct ip4_net everybody;
	struct ip4_net own = ip_addr_of(p->st->stack, netif);
	char a[IP4_TEXT], b[IP4_TEXT];

	if (!p->st->ppp_is_server)
		(void)ip_route_add(p->st->stack, everybody, peer, netif, 0);
	printf("%s: %s is up, the other end is %s, mtu %u\n", netif->name,
	       ip4_print(own.addr, a), ip4_print(peer, b), netif->mtu);
	(void)fflush(stdout);
	begin_ping(p, IP_V4);
}

static void on_down(void *arg, struct netif *netif, ip4_addr peer)
{
	struct up_ppp *p = arg;
	static const struct ip4_net everybody;

	if (!p->st->ppp_is_server)
		(void)ip_route_del(p->st->stack, everybody, peer, netif, 0);
	end_ping(p, IP_V4);
	printf("%s: is down\n", netif->name);
	(void)fflush(stdout);
}

static void on_up6(void *arg, struct netif *netif)
{
	struct up_ppp *p = arg;
	const struct ip6_addr_info *a = ip6_link_local(p->st->stack, netif);
	char text[IP6_TEXT];

	if (a)
		printf("%s: %s is up\n", netif->name,
		       ip6_print(a->net.addr, text));
	(void)fflush(stdout);
	if (p->st->ppp_address6.len)
		(void)ip6_addr_add(p->st->stack, netif, p->st->ppp_address6);
	begin_ping(p, IP_V6);
}

static void on_down6(void *arg, struct netif *netif)
{
	(void)netif;
	end_ping(arg, IP_V6);
}

static const struct serial_ops ops = {
	.on_up = on_up,
	.on_down = on_down,
	.on_up6 = on_up6,
	.on_down6 = on_down6,
};

void up_ppp_prepare(struct up_ppp *p, struct station *st,
		    struct station_cfg *cfg)
{
	p->st = st;
	timer_init(&p->timer, on_ping, p);
	cfg->ppp.redial_s = 5;
	cfg->ppp.ppp.has_ip6 = true;
	cfg->ppp_ops = &ops;
	cfg->ppp_arg = p;
}

void up_ppp_stop(struct up_ppp *p)
{
	if (!p->st || !p->st->stack)
		return;
	stack_disarm(p->st->stack, &p->timer);
	if (p->echo)
		icmp_echo_close(p->echo);
	p->echo = NULL;
}
