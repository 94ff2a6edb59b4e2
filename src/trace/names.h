/* SPDX-License-Identifier: MIT */
#ifndef TRACE_NAMES_H
#define TRACE_NAMES_H

/*
 * names.h - who has which address, as the log says
 *
 * A lab begins its log with one event for each node and each address, so a
 * log explains itself without the lab's file.
 */

#include "wire/addr.h"

#include "trace/log.h"

/* Name of the host that has an address, or NULL. */
const char *name_of_ip(const struct trace_log *log, const char *ip);

/* The same, or of the router that stands in for it: who answers in this lab. */
const char *name_for_ip(const struct trace_log *log, const char *ip);

const char *name_of_mac(const struct trace_log *log, const char *mac);

/**
 * name_of_address() - Name of the host behind an IP address, MAC or endpoint
 * @log:	The log
 * @text:	"10.9.0.80", "02:00:00:00:00:01", "10.9.0.80:80"
 * @rest:	Set to what is not part of the address: ":80", ""
 *
 * Return: the name, or NULL
 */
const char *name_of_address(const struct trace_log *log, const char *text,
			    const char **rest);

/* Kind of a node: "host", "router", "switch", "dns", ...; NULL: unknown. */
const char *kind_of_node(const struct trace_log *log, const char *node);

/* First address of a node, or NULL. */
const char *ip_of_node(const struct trace_log *log, const char *node);

#endif /* TRACE_NAMES_H */
