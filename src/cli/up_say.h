/* SPDX-License-Identifier: MIT */
#ifndef CLI_UP_SAY_H
#define CLI_UP_SAY_H

/*
 * up_say.h - what weft up says on standard output: sentences, or with --json
 * one object a line
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

struct json;
struct mem;
struct station;
struct station_cfg;
struct strbuf;

/**
 * struct up_say - whom it is about
 * @st:		The host
 * @cfg:	What it was asked to be
 * @dir:	What it serves on @http_port, or NULL
 * @echo_port:	Where it sends back, or 0
 * @is_json:	For programs
 */
struct up_say {
	struct station *st;
	const struct station_cfg *cfg;
	const char *dir;
	uint16_t http_port, echo_port;
	bool is_json;
};

/* It is there. */
void up_say_ready(const struct up_say *s);

/* In the end: what came, what went, what was lost. */
void up_say_counts(const struct up_say *s);

/**
 * struct up_lease - addresses that came
 * @by:		"dhcp", "dhcp6", "router"
 * @address:	No family: none, but the rest
 * @len:	Of its net; 0: not said
 * @server:	Who gave it; likewise @router: no family: not said
 * @seconds:	For so long; 0: not said
 * @dns:	Whom to ask for names, @dns_count of them
 * @domain:	In which names are looked for, or NULL
 */
struct up_lease {
	const char *by;
	struct ip_addr address, server, router;
	uint8_t len;
	uint32_t seconds;
	const struct ip_addr *dns;
	size_t dns_count;
	const char *domain;
};

/* An address, as a line of JSON. */
void up_say_lease(struct station *st, const struct up_lease *lease);

/* No more, @is_ending: it was given back. */
void up_say_gone(struct station *st, const char *by, bool is_ending);

#endif /* CLI_UP_SAY_H */
