/* SPDX-License-Identifier: MIT */
#ifndef LAB_ETC_H
#define LAB_ETC_H

/*
 * etc.h - what the files of a lab host say of the network
 *
 * A lab host has no disk; these are for programs that read them.
 */

#include "base/strbuf.h"

struct host;
struct lab_run;

/* Append what would be /etc/resolv.conf: its resolvers. */
void lab_run_resolv_conf(const struct lab_run *run, const struct host *host,
			 struct strbuf *out);

/* Append what would be /etc/hosts: its own names, those that its file gives it,
 * and all hosts of the lab. */
void lab_run_hosts_file(const struct lab_run *run, const struct host *host,
			struct strbuf *out);

#endif /* LAB_ETC_H */
