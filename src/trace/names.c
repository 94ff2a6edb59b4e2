// SPDX-License-Identifier: MIT
/*
 * names.c - looking names up in the first events of the log
 *
 * Theory of operation
 * ===================
 * The events that introduce the lab stand in front of all others.  Each is put
 * into a table under each value that it may be asked for (an address under its
 * IP, its MAC and its host's name), so that a look-up costs the same in a lab
 * of ten thousand hosts.  Of several introductions with the same value the
 * first counts.
 *
 * If there is no memory for the table, names are missing, nothing else.
 */

#include "trace/names.h"

#include <string.h>

#include "base/check.h"
#include "base/hash.h"

#include "trace/log_int.h"

/* What an introduction can be found by. */
static const struct {
	enum reason what;
	const char *key;
} indexed[] = {
	{R_LAB_NODE, "name"},
	{R_LAB_ADDRESS, "name"},
	{R_LAB_ADDRESS, "ip"},
	{R_LAB_ADDRESS, "mac"},
	/* Addresses that hosts were given later on. */
	{R_DHCP_BOUND, "ip"},
	{R_DHCP6_BOUND, "ip"},
	{R_RARP_LEARN, "ip"},
	/* Addresses outside, for which a router stands in. */
	{R_OUTLET_CONNECT, "far"},
	{R_OUTLET_FLOW, "far"},
};

struct name_key {
	enum reason what;
	const char *key, *value;
};

static uint32_t key_hash(const struct name_key *k)
{
	static const struct hash_key key = {{0x6e616d6573, 0x6c6f67}};

	return (uint32_t)siphash13(&key, k->value, strlen(k->value)) ^
	       (uint32_t)k->what ^ (uint32_t)k->key[0] << 8;
}

static bool key_eq(const void *item, const void *key)
{
	const struct log_event *ev = item;
	const struct name_key *k = key;
	const char *text = ev->what == k->what ? log_text(ev, k->key) : NULL;

	return text && !strcmp(text, k->value);
}

static bool introduces(const struct log_event *ev)
{
	return ev->what == R_LAB_BEGIN || ev->what == R_LAB_NODE ||
	       ev->what == R_LAB_ADDRESS || ev->what == R_LAB_LINK;
}

void names_add(struct trace_log *log, struct log_event *ev)
{
	bool is_later = ev->what == R_DHCP_BOUND || ev->what == R_DHCP6_BOUND ||
			ev->what == R_RARP_LEARN ||
			ev->what == R_OUTLET_CONNECT ||
			ev->what == R_OUTLET_FLOW;

	if (!introduces(ev) && !is_later)
		log->are_names_complete = true;
	if (log->are_names_complete && !is_later)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(indexed); i++) {
		struct name_key k = {indexed[i].what, indexed[i].key, NULL};

		if (ev->what != k.what)
			continue;
		k.value = log_text(ev, k.key);
		if (k.value &&
		    !htab_find(&log->names, key_hash(&k), key_eq, &k))
			(void)htab_add(&log->names, key_hash(&k), ev);
	}
}

/* Field @get of the first introduction @what whose field @key is @value. */
static const char *introduced(const struct trace_log *log, enum reason what,
			      const char *key, const char *value,
			      const char *get)
{
	const struct name_key k = {what, key, value};
	const struct log_event *ev;

	if (!value)
		return NULL;
	ev = htab_find(&log->names, key_hash(&k), key_eq, &k);
	return ev ? log_text(ev, get) : NULL;
}

const char *name_of_ip(const struct trace_log *log, const char *ip)
{
	const char *name = introduced(log, R_LAB_ADDRESS, "ip", ip, "name");

	if (!name)
		name = introduced(log, R_DHCP_BOUND, "ip", ip, "name");
	if (!name)
		name = introduced(log, R_DHCP6_BOUND, "ip", ip, "name");
	return name ? name : introduced(log, R_RARP_LEARN, "ip", ip, "name");
}

const char *name_for_ip(const struct trace_log *log, const char *ip)
{
	const char *name = name_of_ip(log, ip);

	if (!name)
		name = introduced(log, R_OUTLET_CONNECT, "far", ip, "by");
	return name ? name : introduced(log, R_OUTLET_FLOW, "far", ip, "by");
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
