// SPDX-License-Identifier: MIT
/*
 * parse_config.c - the option lines at the head of a script
 *
 *	--local_ip=192.168.0.1
 *	--tolerance_usecs=10000
 *
 * What only packetdrill's own network needs (--speed, --wire_...) is read and
 * has no meaning here.
 */

#include <errno.h>
#include <string.h>

#include "wire/addr.h"

#include "drill/scan.h"

/* Up to the end of the line, without blanks around it. */
static int rest_of_line(struct scan *s, char *to, size_t room)
{
	size_t n = 0;

	while (s->at < s->len && scan_peek(s, 0) != '\n' && n + 1 < room)
		to[n++] = s->text[s->at++];
	while (n &&
	       (to[n - 1] == ' ' || to[n - 1] == '\t' || to[n - 1] == '\r'))
		n--;
	to[n] = '\0';
	return n ? 0 : scan_expected(s, "a value behind '='");
}

static int config_addr(struct scan *s, uint32_t *to)
{
	size_t from = s->at;
	char text[64];
	ip4_addr addr;
	int err = rest_of_line(s, text, sizeof(text));

	if (err)
		return err;
	if (ip4_parse(&addr, text))
		return scan_fail_at(s, from, "'%s' is no IPv4 address", text);
	*to = addr.v;
	return 0;
}

static int config_netmask(struct scan *s, struct drill_config *cfg)
{
	size_t from = s->at;
	uint32_t mask = 0;
	int err = config_addr(s, &mask);

	if (err)
		return err;
	for (cfg->prefix_len = 0; cfg->prefix_len < 32; cfg->prefix_len++)
		if (ip4_mask(cfg->prefix_len) == mask)
			return 0;
	return mask == UINT32_MAX
		       ? 0
		       : scan_fail_at(s, from, "this is no network mask");
}

static int config_num(struct scan *s, const char *what, uint32_t max,
		      uint32_t *to)
{
	int64_t v = 0;
	int err = scan_range(s, what, max, &v);

	*to = (uint32_t)v;
	return err;
}

static int config_port(struct scan *s, uint16_t *to)
{
	uint32_t port = 0;
	int err = config_num(s, "a port", 65535, &port);

	*to = (uint16_t)port;
	return err;
}

static int config_version(struct scan *s)
{
	if (scan_accept_word(s, "ipv4"))
		return 0;
	return scan_expected(s, "ipv4, which is all that scripts have yet");
}

static int config_percent(struct scan *s, double *to)
{
	int64_t millionths = 0;
	int err = scan_time(s, &millionths);

	*to = (double)millionths / 1e6;
	return err;
}

/* Read, and of no consequence. */
static int config_ignored(struct scan *s)
{
	static const char *const names[] = {
		"speed",	"gateway_ip",	    "non_fatal",
		"init_scripts", "code_format",	    "dry_run",
		"verbose",	"no_cleanup",	    "send_omit_free",
		"debug",	"tcp_ts_ecr_scaled"};
	char text[512];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!scan_accept_word(s, names[i]))
			continue;
		return scan_peek(s, 0) == '=' && s->at++
			       ? rest_of_line(s, text, sizeof(text))
			       : 0;
	}
	return -ENOENT;
}

int parse_config(struct scan *s, struct drill_config *cfg)
{
	int err = config_ignored(s);

	if (err != -ENOENT)
		return err;
	if (scan_accept(s, "ip_version="))
		return config_version(s);
	if (scan_accept(s, "local_ip="))
		return config_addr(s, &cfg->local_ip);
	if (scan_accept(s, "remote_ip="))
		return config_addr(s, &cfg->remote_ip);
	if (scan_accept(s, "netmask_ip="))
		return config_netmask(s, cfg);
	if (scan_accept(s, "bind_port="))
		return config_port(s, &cfg->bind_port);
	if (scan_accept(s, "connect_port="))
		return config_port(s, &cfg->connect_port);
	if (scan_accept(s, "mtu="))
		return config_num(s, "mtu", 65535, &cfg->mtu);
	if (scan_accept(s, "tolerance_usecs="))
		return config_num(s, "a tolerance", 1000000000,
				  &cfg->tolerance_us);
	if (scan_accept(s, "tolerance_percent="))
		return config_percent(s, &cfg->tolerance_percent);
	if (scan_accept(s, "tcp_ts_tick_usecs="))
		return config_num(s, "a tick", 1000000, &cfg->ts_tick_us);
	return scan_expected(s, "an option that scripts have: ip_version, "
				"local_ip, remote_ip, netmask_ip, bind_port, "
				"connect_port, mtu, tolerance_usecs, "
				"tolerance_percent or tcp_ts_tick_usecs");
}
