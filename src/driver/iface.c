// SPDX-License-Identifier: MIT
/*
 * iface.c - questions and orders about an interface of the system
 *
 * Any socket will do to ask; it is open for no longer than the question.
 */

#include "driver/iface.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int ask(unsigned long what, const char *name, struct ifreq *req)
{
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = 0;

	if (s < 0)
		return -errno;
	(void)snprintf(req->ifr_name, sizeof(req->ifr_name), "%s", name);
	if (ioctl(s, what, req))
		err = -errno;
	close(s);
	return err;
}

int iface_index(const char *name)
{
	struct ifreq req = {0};
	int err = strlen(name) < IFACE_NAME_MAX ? ask(SIOCGIFINDEX, name, &req)
						: -ENODEV;

	return err ? err : req.ifr_ifindex;
}

int iface_mtu(const char *name)
{
	struct ifreq req = {0};
	int err = ask(SIOCGIFMTU, name, &req);

	return err ? err : req.ifr_mtu;
}

int iface_mac(const char *name, uint8_t mac[6])
{
	struct ifreq req = {0};
	int err = ask(SIOCGIFHWADDR, name, &req);

	if (!err)
		memcpy(mac, req.ifr_hwaddr.sa_data, 6);
	return err;
}

int iface_is_tap(const char *name)
{
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
	struct ifreq req = {.ifr_data = &info};
	int err = iface_index(name);

	if (err < 0)
		return err;
	if (ask(SIOCETHTOOL, name, &req))
		return 0; /* it has nothing to say about itself */
	return !strcmp(info.driver, "tun") && !strcmp(info.bus_info, "tap");
}

int iface_up(const char *name, uint32_t mtu)
{
	struct ifreq req = {.ifr_mtu = (int)mtu};
	int err = mtu ? ask(SIOCSIFMTU, name, &req) : 0;

	if (!err)
		err = ask(SIOCGIFFLAGS, name, &req);
	if (err || (req.ifr_flags & IFF_UP))
		return err;
	req.ifr_flags |= IFF_UP;
	return ask(SIOCSIFFLAGS, name, &req);
}
