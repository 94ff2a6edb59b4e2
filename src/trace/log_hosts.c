// SPDX-License-Identifier: MIT
/*
 * log_hosts.c - the events of one place, as a chain through the log
 *
 * Who wants to know what one host of a thousand saw must not look at what the
 * others did.  The table finds a host's first event by its name; each event
 * names the next at the same place.
 */

#include <string.h>

#include "base/check.h"
#include "base/hash.h"

#include "trace/log_int.h"

static uint32_t hash_of(const char *name)
{
	static const struct hash_key key = {{0x686f7374, 0x6c6f67}};

	return (uint32_t)siphash13(&key, name, strlen(name));
}

static bool has_name(const void *item, const void *key)
{
	const struct log_host *host = item;

	return !strcmp(host->name, key);
}

static struct log_host *find(const struct trace_log *log, const char *name)
{
	return htab_find(&log->hosts, hash_of(name), has_name, name);
}

bool log_host_add(struct trace_log *log, struct log_event *ev)
{
	struct log_host *host = find(log, ev->host);

	if (host) {
		log_at(log, host->last)->next_here = ev->n;
		host->last = ev->n;
		return true;
	}
	host = log_take(log, sizeof(*host));
	if (!host)
		return false;
	*host = (struct log_host){ev->host, ev->n, ev->n};
	return htab_add(&log->hosts, hash_of(ev->host), host) == 0;
}

const struct log_event *trace_log_first_at(const struct trace_log *log,
					   const char *name)
{
	const struct log_host *host = find(log, name);

	return host ? trace_log_get(log, host->first) : NULL;
}

const struct log_event *trace_log_next_at(const struct trace_log *log,
					  const struct log_event *ev)
{
	return trace_log_get(log, ev->next_here);
}
