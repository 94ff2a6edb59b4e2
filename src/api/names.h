/* SPDX-License-Identifier: MIT */
#ifndef API_NAMES_H
#define API_NAMES_H

/*
 * names.h - between the files about names
 */

#include <netdb.h>
#include <stdbool.h>

#include "wire/dns.h"

struct stack;
struct weft_stack;

/* What a search has found. */
struct names {
	char canon[DNS_NAME_TEXT];
	struct ip_addr addr[2 * DNS_ADDRS_MAX];
	int count;
};

/**
 * names_ask() - Ask the name servers
 * @type:	DNS_TYPE_A, AAAA or PTR
 *
 * May block.
 *
 * Return: 0 (perhaps without any record), EAI_NONAME, EAI_AGAIN, EAI_FAIL
 */
int names_ask(struct weft_stack *ws, const char *name, uint16_t type,
	      struct dns_answer *out);

/* What the table of hosts says: addresses of a family (IP_NONE: any). */
void names_in_hosts(const struct weft_stack *ws, const char *name,
		    uint8_t family, struct names *out);

/* The first name of an address there, or NULL. */
const char *names_of_addr(const struct weft_stack *ws, struct ip_addr addr);

void names_free(struct weft_stack *ws);

/* services.c: the port of a service, or -1; the service of a port, or NULL. */
int service_port(const char *name, bool is_udp);
const char *service_name(uint16_t port, bool is_udp);

#endif /* API_NAMES_H */
