/* SPDX-License-Identifier: MIT */
#ifndef APPS_DNS_SERVER_H
#define APPS_DNS_SERVER_H

/*
 * dns_server.h - an authoritative DNS server: answers for the zones it has,
 * and asks nobody
 */

#include <stddef.h>

#include "wire/addr.h"

#include "apps/dns_zone.h"

struct dns_server;
struct loop;

/**
 * dns_server_start() - Serve zones
 * @local:	Address and port; without an address: everywhere
 * @zones:	@count of them, copied; the zones themselves must outlive it
 *
 * Emits DNS_ANSWER, DNS_REFERRAL, DNS_NEGATIVE or DNS_FAIL for each question,
 * which is the cause of the frame that answers.
 *
 * Return: 0, -ENOMEM, -EADDRINUSE, ...
 */
int dns_server_start(struct loop *loop, const struct endpoint *local,
		     const struct dns_zone *const zones[], size_t count,
		     struct dns_server **server);

/* Before the loop is freed.  NULL is fine. */
void dns_server_stop(struct dns_server *server);

#endif /* APPS_DNS_SERVER_H */
