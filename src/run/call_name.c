// SPDX-License-Identifier: MIT
/*
 * call_name.c - the host's own name: uname, sethostname
 *
 * The name that the lab's file gives is what a host begins with.  Its root may
 * give it another; that one holds for all programs on the host, as long as the
 * supervisor lives, and changes nothing in the lab.  The machine keeps its
 * name.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "base/mem.h"

#include "run/call.h"
#include "vnet/vnet.h"

/* Octets of a name, as the kernel has it. */
enum { HOST_NAME_LEN = sizeof(((struct utsname *)0)->nodename) - 1 };

/**
 * struct host_name - a name that a program has given to its host
 * @node:	In the supervisor
 */
struct host_name {
	struct list node;
	const struct host *host;
	char text[HOST_NAME_LEN + 1];
};

static struct host_name *find(const struct supervisor *sup,
			      const struct host *host)
{
	struct host_name *n;

	list_for_each_entry(n, &sup->names, struct host_name, node)
		if (n->host == host)
			return n;
	return NULL;
}

const char *host_name(const struct supervisor *sup, const struct host *host)
{
	const struct host_name *n = find(sup, host);

	return n ? n->text : host->node.name;
}

void host_names_free(struct supervisor *sup)
{
	struct host_name *n;

	while ((n = list_first_entry(&sup->names, struct host_name, node))) {
		list_del(&n->node);
		mem_free(sup->mem, n, sizeof(*n));
	}
}

long call_uname(struct call *call)
{
	struct utsname u;

	if (uname(&u))
		return -errno;
	(void)snprintf(u.nodename, sizeof(u.nodename), "%s",
		       host_name(call_sup(call), call->program->host));
	return call_write(call, call->arg[0], &u, sizeof(u));
}

/* Files of /proc belong to the effective user of the process. */
static bool is_root(const struct call *call)
{
	char path[64];
	struct stat st;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat",
		       (int)call->peer->tid);
	return !stat(path, &st) && st.st_uid == 0;
}

long call_sethostname(struct call *call)
{
	struct supervisor *sup = call_sup(call);
	struct host_name *n = find(sup, call->program->host);
	char text[HOST_NAME_LEN + 1] = "";
	int len = (int)call->arg[1], err;

	if (!is_root(call))
		return -EPERM;
	if (len < 0 || len > HOST_NAME_LEN)
		return -EINVAL;
	err = call_read(call, call->arg[0], text, (size_t)len);
	if (!err && !call_is_alive(call))
		err = -EINTR;
	if (err)
		return err;
	if (!n) {
		n = mem_alloc(sup->mem, sizeof(*n));
		if (!n)
			return -ENOMEM;
		n->host = call->program->host;
		list_add_tail(&sup->names, &n->node);
	}
	memcpy(n->text, text, sizeof(text));
	return 0;
}
