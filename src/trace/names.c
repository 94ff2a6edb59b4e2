// SPDX-License-Identifier: MIT
/*
 * names.c - looking names up in the first events of the log
 *
 * The events that introduce the lab stand in front of all others, so the
 * search ends at the first that is none of them.
 */

#include "trace/names.h"

#include <string.h>

static bool introduces(const struct log_event *ev)
{
	return ev->what == R_LAB_BEGIN || ev->what == R_LAB_NODE ||
	       ev->what == R_LAB_ADDRESS || ev->what == R_LAB_LINK;
}

/* Field @get of the first introduction @what whose field @key is @value. */
static const char *introduced(const struct trace_log *log, enum reason what,
			      const char *key, const char *value,
			      const char *get)
{
	const struct log_event *ev;
	uint32_t n;

	for (n = 1; (ev = trace_log_get(log, n)) && introduces(ev); n++) {
		const char *text = log_text(ev, key);

		if (ev->what == what && text && value && !strcmp(text, value))
			return log_text(ev, get);
	}
	return NULL;
}

const char *name_of_ip(const struct trace_log *log, const char *ip)
{
	return introduced(log, R_LAB_ADDRESS, "ip", ip, "name");
}

const char *name_of_mac(const struct trace_log *log, const char *mac)
{
	return introduced(log, R_LAB_ADDRESS, "mac", mac, "name");
}

const char *name_of_address(const struct trace_log *log, const char *text,
			    const char **rest)
{
	char ip[IP_TEXT];
	const char *port = strrchr(text, ':');
	const char *name = name_of_ip(log, text);

	*rest = "";
	if (!name)
		name = name_of_mac(log, text);
	if (name || !port || (size_t)(port - text) >= sizeof(ip))
		return name;
	memcpy(ip, text, (size_t)(port - text));
	ip[port - text] = '\0';
	*rest = port;
	return name_of_ip(log, ip);
}

const char *kind_of_node(const struct trace_log *log, const char *node)
{
	return introduced(log, R_LAB_NODE, "name", node, "kind");
}

const char *ip_of_node(const struct trace_log *log, const char *node)
{
	return introduced(log, R_LAB_ADDRESS, "name", node, "ip");
}
