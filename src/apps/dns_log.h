/* SPDX-License-Identifier: MIT */
#ifndef APPS_DNS_LOG_H
#define APPS_DNS_LOG_H

/* dns_log.h - what DNS servers and clients tell about their answers */

#include "core/place.h"

#include "apps/dns_auth.h"

/**
 * dns_log_outcome() - Emit DNS_ANSWER, DNS_REFERRAL, DNS_NEGATIVE or DNS_FAIL
 *
 * It becomes the cause of what follows.
 */
void dns_log_outcome(struct place *place, const struct dns_name *name,
		     uint16_t type, const struct dns_outcome *out);

#endif /* APPS_DNS_LOG_H */
