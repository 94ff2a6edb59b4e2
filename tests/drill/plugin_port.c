// SPDX-License-Identifier: MIT
/*
 * plugin_port.c - a stack behind a loaded plug-in, as a port for scripts
 */

#include "plugin_port.h"

#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"

#include "core/env.h"

/* Virtual time after which a blocked call is not waited for any more. */
#define BLOCKED_NS (100000 * NS_PER_S)

static struct plugin_port *port_of(struct drill_port *port)
{
	return container_of(port, struct plugin_port, port);
}

static uint64_t now_of(struct drill_table *t)
{
	struct timeval tv;

	t->gettimeofday(t->userdata, &tv, NULL);
	return (uint64_t)tv.tv_sec * NS_PER_S +
	       (uint64_t)tv.tv_usec * NS_PER_US;
}

static uint64_t port_now(struct drill_port *port)
{
	return now_of(&port->table);
}

static int receive(struct plugin_port *p)
{
	struct drill_table *t = &p->port.table;
	size_t count = sizeof(p->packet);
	long long us = 0;

	if (p->packet_len)
		return 0;
	if (t->netdev_receive(t->userdata, p->packet, &count, &us) || !count)
		return -EDEADLK;
	p->packet_len = count;
	p->packet_ns = (uint64_t)us * NS_PER_US;
	return 0;
}

static int port_step(struct drill_port *port, uint64_t until_ns,
		     bool wants_packet)
{
	struct drill_table *t = &port->table;
	uint64_t now = now_of(t);

	if (wants_packet)
		return receive(port_of(port));
	if (until_ns > now)
		t->usleep(t->userdata,
			  (useconds_t)((until_ns - now) / NS_PER_US));
	return 0;
}

static size_t port_take(struct drill_port *port, void *buf, size_t room,
			uint64_t *at_ns)
{
	struct plugin_port *p = port_of(port);
	size_t len = min_size(p->packet_len, room);

	memcpy(buf, p->packet, len);
	*at_ns = p->packet_ns;
	p->packet_len = 0;
	return len;
}

static void *run_job(void *arg)
{
	struct plugin_port *p = arg;
	const struct drill_job *job = p->job;
	uint64_t end;

	pthread_mutex_lock(&p->lock);
	p->tid = gettid();
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	job->fn(job->arg);
	end = now_of(&p->port.table);
	pthread_mutex_lock(&p->lock);
	p->end_ns = end;
	p->is_done = true;
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static bool is_done(struct plugin_port *p)
{
	bool done;

	pthread_mutex_lock(&p->lock);
	done = p->is_done;
	pthread_mutex_unlock(&p->lock);
	return done;
}

/* Does the thread sleep?  The tool asks the kernel just like this. */
bool plugin_is_asleep(int tid)
{
	char path[64], state = 'R';
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		state = 'R';
	(void)fclose(f);
	return state == 'S';
}

/* Until the call sleeps or has returned. */
static void wait_quiet(struct plugin_port *p)
{
	int tid;

	pthread_mutex_lock(&p->lock);
	while (!p->tid)
		pthread_cond_wait(&p->changed, &p->lock);
	tid = p->tid;
	pthread_mutex_unlock(&p->lock);
	while (!is_done(p) && !plugin_is_asleep(tid))
		sched_yield();
}

static uint64_t port_block(struct drill_port *port, const struct drill_job *job,
			   bool may_block)
{
	struct plugin_port *p = port_of(port);
	uint64_t give_up;
	pthread_t thread;

	if (!may_block) {
		job->fn(job->arg);
		return now_of(&port->table);
	}
	p->job = job;
	p->tid = 0;
	p->is_done = false;
	if (pthread_create(&thread, NULL, run_job, p))
		return 0;
	wait_quiet(p);
	give_up = now_of(&port->table) + BLOCKED_NS;
	while (!is_done(p)) {
		uint64_t now = now_of(&port->table);

		if (now > give_up || job->idle(job->arg, now + NS_PER_S)) {
			pthread_detach(thread); /* nothing can end it */
			return now;
		}
		wait_quiet(p);
	}
	pthread_join(thread, NULL);
	return p->end_ns;
}

/* As a shell would, for the kernel's files: here they are in a folder. */
static int port_knob(struct drill_port *port, const char *name,
		     const char *value)
{
	const char *dir = getenv("DRILL_SYSCTL");
	const char *dot = strrchr(name, '.');
	char path[512];
	FILE *f;

	(void)port;
	if (!dir)
		return -ENOENT;
	snprintf(path, sizeof(path), "%s/%s", dir, dot ? dot + 1 : name);
	f = fopen(path, "we");
	if (!f)
		return -errno;
	fprintf(f, "%s\n", value);
	(void)fclose(f);
	return 0;
}

static const struct drill_port_ops ops = {
	.now = port_now,
	.step = port_step,
	.take = port_take,
	.block = port_block,
	.knob = port_knob,
};

plugin_init_fn *plugin_load(const char *path)
{
	plugin_init_fn *init = NULL;
	void *object, *symbol;

	object = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
				      | RTLD_DEEPBIND
#endif
	);
	if (!object) {
		fprintf(stderr, "%s\n", dlerror());
		return NULL;
	}
	symbol = dlsym(object, "packetdrill_interface_init");
	memcpy(&init, &symbol, sizeof(init));
	return init;
}

int plugin_port_init(struct plugin_port *p, plugin_init_fn *init,
		     const char *flags)
{
	memset(p, 0, sizeof(*p));
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	p->port.ops = &ops;
	return init(flags, &p->port.table);
}

void plugin_port_fini(struct plugin_port *p)
{
	p->port.table.free(p->port.table.userdata);
}
