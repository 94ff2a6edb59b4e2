/* SPDX-License-Identifier: MIT */
#ifndef DRILL_PLUGIN_H
#define DRILL_PLUGIN_H

/*
 * plugin.h - libweft_packetdrill.so
 */

#include <stdbool.h>

#include "drill/drill.h"

struct drill_host;

/**
 * packetdrill_interface_init() - The one symbol of the plug-in
 * @flags:	Text of --so_flags, or NULL; see plug_flags()
 * @out:	Filled in
 *
 * Return: 0; -1 with a complaint
 */
__attribute__((visibility("default"))) int
packetdrill_interface_init(const char *flags, struct drill_table *out);

enum { PLUG_SYSCTLS = 64, PLUG_SYSCTL_TEXT = 64 };

/**
 * struct plug_sysctl - the system's settings that are taken over
 * @dir:	Where they are: /proc/sys/net/ipv4, or "": nowhere
 * @begin:	Their texts when the plug-in was loaded, line by line of the
 *		table in plugin_sysctl.c; empty: there is none
 */
struct plug_sysctl {
	char dir[256];
	char begin[PLUG_SYSCTLS][PLUG_SYSCTL_TEXT];
};

/* Remember what there is before the script's own commands. */
void plug_sysctl_begin(struct plug_sysctl *s);

/* Take over what is not Linux's default, or has changed since. */
void plug_sysctl_apply(struct plug_sysctl *s, struct drill_host *host);

/**
 * plug_flags() - Read --so_flags
 * @flags:	"local_ip=10.0.0.1,mtu=9000,sysctl=/proc/sys/net/ipv4" or
 *		"sysctl=off"; NULL is fine
 *
 * Return: 0; -1 with a complaint
 */
int plug_flags(const char *flags, struct drill_config *cfg,
	       struct plug_sysctl *s);

#endif /* DRILL_PLUGIN_H */
