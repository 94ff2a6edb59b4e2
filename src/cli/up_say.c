// SPDX-License-Identifier: MIT
/*
 * up_say.c - what weft up says on standard output: sentences, or with --json
 * one object a line
 *
 * Each line says one thing and is complete when it is seen, so that who starts
 * it from a program can wait for the first, and read the last.
 */

#include "cli/up_say.h"

#include <stdio.h>

#include "base/strbuf.h"

#include "core/drop.h"

#include "cli/station.h"
#include "trace/json.h"

static void end_line(struct strbuf *out)
{
	printf("%s\n", strbuf_text(out));
	(void)fflush(stdout); /* whoever waits for it sees it now */
	strbuf_fini(out);
}

static void key_ip(struct json *j, const char *key, struct ip_addr addr)
{
	char text[IP_TEXT];

	if (addr.family)
		json_key_text(j, key, ip_addr_print(addr, text));
}

static void put_net(struct json *j, struct ip_addr addr, uint8_t len)
{
	char text[IP_TEXT], net[IP_TEXT + 4];

	if (!len)
		return;
	snprintf(net, sizeof(net), "%s/%u", ip_addr_print(addr, text), len);
	json_text(j, net);
}

static void ready_json(const struct up_say *s)
{
	const struct station_cfg *cfg = s->cfg;
	struct strbuf out;
	struct json j;
	char mac[MAC_TEXT];

	strbuf_init(&out, &s->st->mem);
	j = json_begin(&out);
	json_open(&j, '{');
	json_key_text(&j, "up", s->st->name);
	json_key(&j, "addresses");
	json_open(&j, '[');
	put_net(&j, ip_addr_v4(cfg->address.addr), cfg->address.len);
	put_net(&j, ip_addr_v6(cfg->address6.addr), cfg->address6.len);
	json_close(&j, ']');
	json_key_text(&j, "mac", mac_print(s->st->netif->mac, mac));
	json_key_num(&j, "mtu", s->st->netif->mtu);
	if (s->dir) {
		json_key_text(&j, "serves", s->dir);
		json_key_num(&j, "port", s->http_port);
	}
	if (s->echo_port)
		json_key_num(&j, "echo", s->echo_port);
	json_close(&j, '}');
	end_line(&out);
}

void up_say_ready(const struct up_say *s)
{
	const struct station_cfg *cfg = s->cfg;
	char ip[IP_TEXT], mac[MAC_TEXT];

	if (s->is_json) {
		ready_json(s);
		return;
	}
	printf("%s:", s->st->name);
	if (cfg->address.len)
		printf(" %s/%u", ip4_print(cfg->address.addr, ip),
		       cfg->address.len);
	if (cfg->address6.len)
		printf(" %s/%u", ip6_print(cfg->address6.addr, ip),
		       cfg->address6.len);
	if (cfg->serial)
		printf(" waits for the other end of the line\n");
	else
		printf(" is up at %s, mtu %u\n",
		       mac_print(s->st->netif->mac, mac), s->st->netif->mtu);
	if (s->dir)
		printf("http: %s on port %u\n", s->dir, s->http_port);
	if (s->echo_port)
		printf("echo: port %u\n", s->echo_port);
	(void)fflush(stdout);
}

static void counts_json(const struct up_say *s, uint64_t missed,
			uint64_t errors)
{
	const struct netif_stats *n = &s->st->netif->stats;
	const uint64_t *drops = s->st->stack->place.drops;
	struct strbuf out;
	struct json j;
	int i;

	strbuf_init(&out, &s->st->mem);
	j = json_begin(&out);
	json_open(&j, '{');
	json_key_num(&j, "rx_frames", (int64_t)n->rx_frames);
	json_key_num(&j, "rx_octets", (int64_t)n->rx_octets);
	json_key_num(&j, "tx_frames", (int64_t)n->tx_frames);
	json_key_num(&j, "tx_octets", (int64_t)n->tx_octets);
	json_key_num(&j, "missed", (int64_t)missed);
	json_key_num(&j, "errors", (int64_t)errors);
	json_key(&j, "dropped");
	json_open(&j, '{');
	for (i = 0; i < DROP_COUNT; i++)
		if (drops[i])
			json_key_num(&j, drop_name((enum drop)i),
				     (int64_t)drops[i]);
	json_close(&j, '}');
	json_close(&j, '}');
	end_line(&out);
}

void up_say_counts(const struct up_say *s)
{
	const struct netif_stats *n = &s->st->netif->stats;
	const uint64_t *drops = s->st->stack->place.drops;
	uint64_t missed = s->st->dev ? dev_missed(s->st->dev) : 0;
	uint64_t errors = s->st->dev ? s->st->dev->errors : 0;
	int i;

	if (s->is_json) {
		counts_json(s, missed, errors);
		return;
	}
	printf("\nreceived %llu frames, %llu octets; sent %llu frames, "
	       "%llu octets\n",
	       (unsigned long long)n->rx_frames,
	       (unsigned long long)n->rx_octets,
	       (unsigned long long)n->tx_frames,
	       (unsigned long long)n->tx_octets);
	if (missed)
		printf("missed %llu frames, which came while the system's "
		       "ring was full\n",
		       (unsigned long long)missed);
	if (errors)
		printf("errors of the device, when it was read: %llu\n",
		       (unsigned long long)errors);
	for (i = 0; i < DROP_COUNT; i++)
		if (drops[i])
			printf("dropped %llu (%s): %s\n",
			       (unsigned long long)drops[i],
			       drop_name((enum drop)i),
			       drop_text((enum drop)i));
}

void up_say_lease(struct station *st, const struct up_lease *lease)
{
	struct strbuf out;
	struct json j;
	char text[IP_TEXT];
	size_t i;

	strbuf_init(&out, &st->mem);
	j = json_begin(&out);
	json_open(&j, '{');
	json_key_text(&j, "lease", st->name);
	json_key_text(&j, "by", lease->by);
	key_ip(&j, "address", lease->address);
	if (lease->len)
		json_key_num(&j, "len", lease->len);
	key_ip(&j, "server", lease->server);
	if (lease->seconds)
		json_key_num(&j, "seconds", lease->seconds);
	key_ip(&j, "router", lease->router);
	json_key(&j, "dns");
	json_open(&j, '[');
	for (i = 0; i < lease->dns_count; i++)
		json_text(&j, ip_addr_print(lease->dns[i], text));
	json_close(&j, ']');
	if (lease->domain)
		json_key_text(&j, "domain", lease->domain);
	json_close(&j, '}');
	end_line(&out);
}

void up_say_gone(struct station *st, const char *by, bool is_ending)
{
	struct strbuf out;
	struct json j;

	strbuf_init(&out, &st->mem);
	j = json_begin(&out);
	json_open(&j, '{');
	json_key_text(&j, is_ending ? "given_back" : "lost", st->name);
	json_key_text(&j, "by", by);
	json_close(&j, '}');
	end_line(&out);
}
