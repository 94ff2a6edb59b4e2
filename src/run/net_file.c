// SPDX-License-Identifier: MIT
/*
 * net_file.c - files of /proc and /sys that describe a host's network
 *
 * Theory of operation
 * ===================
 * /proc/net is a link to that of whoever looks, and there are other ways to
 * the same (/proc/self/net, /proc/123/net).  What is in our table is made when
 * it is opened; what is not, does not exist on a lab host, for it would tell of
 * the machine.  /proc/net/unix is the machine's, as AF_UNIX sockets are.
 *
 * Limits
 * ------
 * Directories are the machine's: a list of /sys/class/net shows its interfaces.
 */
#include "run/net_file.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "vnet/vnet.h"

/* As many connections as a listener may keep: listen.c. */
static void put_somaxconn(const struct net_file *f)
{
	strbuf_puts(f->out, "4096\n");
}

/* clang-format off */
static const struct {
	const char *name;
	net_file_fn *put;
} proc_files[] = {
	{"arp", proc_net_arp},
	{"dev", proc_net_dev},
	{"if_inet6", proc_net_if_inet6},
	{"ipv6_route", proc_net_ipv6_route},
	{"netstat", proc_net_netstat},
	{"route", proc_net_route},
	{"snmp", proc_net_snmp},
	{"sockstat", proc_net_sockstat},
};
/* clang-format on */

/* What is behind a beginning, or NULL. */
static const char *behind(const char *name, const char *start)
{
	size_t len = strlen(start);

	return strncmp(name, start, len) != 0 ? NULL : name + len;
}

/* "route" of /proc/net/route, whichever way it was found; or NULL. */
static const char *proc_name(const char *name)
{
	const char *rest = behind(name, "/proc/"), *net;

	if (!rest)
		return NULL;
	net = behind(rest, "net/");
	if (net)
		return net;
	if (behind(rest, "self/"))
		rest = behind(rest, "self/");
	else if (behind(rest, "thread-self/"))
		rest = behind(rest, "thread-self/");
	else if (isdigit((unsigned char)*rest))
		rest += strspn(rest, "0123456789/");
	return behind(rest, "net/");
}

static int put_proc(const struct net_file *f, const char *name)
{
	if (!strcmp(name, "unix") || !*name)
		return 1;
	for (size_t i = 0; i < ARRAY_SIZE(proc_files); i++)
		if (!strcmp(name, proc_files[i].name)) {
			proc_files[i].put(f);
			return 0;
		}
	return proc_sock_put(f, name);
}

int net_file_put(const struct net_file *f, const char *name)
{
	const char *rest = proc_name(name);

	if (rest)
		return put_proc(f, rest);
	rest = behind(name, "/sys/class/net/");
	if (rest && *rest)
		return sys_net_put(f, rest);
	if (strcmp(name, "/proc/sys/net/core/somaxconn") != 0)
		return 1;
	put_somaxconn(f);
	return 0;
}
