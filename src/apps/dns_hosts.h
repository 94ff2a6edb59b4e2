/* SPDX-License-Identifier: MIT */
#ifndef APPS_DNS_HOSTS_H
#define APPS_DNS_HOSTS_H

/*
 * dns_hosts.h - the hosts file: names that a host knows without asking
 *
 *	# address	names
 *	10.9.0.80	www.shop.test www
 */

#include <stddef.h>

#include "base/mem.h"

#include "wire/addr.h"

#include "apps/dns_name.h"

enum { DNS_HOSTS_MAX = 4096 };

struct dns_host {
	struct dns_name name;
	struct ip_addr addr;
};

struct dns_hosts {
	struct mem *mem;
	struct dns_host *hosts;
	size_t count;
	size_t room;
};

void dns_hosts_init(struct dns_hosts *h, struct mem *mem);
void dns_hosts_fini(struct dns_hosts *h);

/**
 * dns_hosts_parse() - Read a hosts file; what was there before goes
 * @line:	Set to the line with the first error, counted from 1; or NULL
 *
 * Return: 0; -EINVAL: no address or no name; -ENOMEM; -ENOSPC: too many.
 * Nothing is changed after an error.
 */
int dns_hosts_parse(struct dns_hosts *h, const char *text, int *line);

/* The first address of that name and version (IP_NONE: any), or NULL. */
const struct ip_addr *dns_hosts_find(const struct dns_hosts *h,
				     const struct dns_name *name,
				     enum ip_family family);

#endif /* APPS_DNS_HOSTS_H */
