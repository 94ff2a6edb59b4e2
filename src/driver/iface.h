/* SPDX-License-Identifier: MIT */
#ifndef DRIVER_IFACE_H
#define DRIVER_IFACE_H

/*
 * iface.h - questions and orders about an interface of the system
 */

#include <stdint.h>

#define IFACE_NAME_MAX 16 /* as the kernel has it, the NUL included */

/* Its number, from 1; -ENODEV, or another -errno. */
int iface_index(const char *name);

/* Its MTU, or -errno. */
int iface_mtu(const char *name);

/* Its address.  0 or -errno. */
int iface_mac(const char *name, uint8_t mac[6]);

/* Is it a TAP device, which ends in a file?  1, 0, or -errno. */
int iface_is_tap(const char *name);

/* Switch it on.  @mtu: of it from now on; 0: leave it.  0, -EPERM, -EINVAL (an
 * MTU that cannot be), another -errno. */
int iface_up(const char *name, uint32_t mtu);

#endif /* DRIVER_IFACE_H */
