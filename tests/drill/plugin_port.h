/* SPDX-License-Identifier: MIT */
#ifndef TESTS_PLUGIN_PORT_H
#define TESTS_PLUGIN_PORT_H

/*
 * plugin_port.h - a stack behind a loaded plug-in, as a port for scripts
 *
 * It uses the table as packetdrill does: calls that are to block are made by
 * a second thread, time passes by usleep() and netdev_receive() alone.
 */

#include <pthread.h>

#include "drill/drill.h"

struct plugin_port {
	struct drill_port port;
	uint8_t packet[65536];
	size_t packet_len; /* received, not taken yet */
	uint64_t packet_ns;
	/* the call under way in the second thread */
	const struct drill_job *job;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int tid;
	bool is_done;
	uint64_t end_ns;
};

/* Load the object as packetdrill does.  Its init function, or NULL. */
typedef int plugin_init_fn(const char *flags, struct drill_table *out);
plugin_init_fn *plugin_load(const char *path);

/* A new stack.  0, or what init says. */
int plugin_port_init(struct plugin_port *p, plugin_init_fn *init,
		     const char *flags);
void plugin_port_fini(struct plugin_port *p);

/* Does a thread of this process sleep? */
bool plugin_is_asleep(int tid);

#endif /* TESTS_PLUGIN_PORT_H */
