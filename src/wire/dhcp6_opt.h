/* SPDX-License-Identifier: MIT */
#ifndef WIRE_DHCP6_OPT_H
#define WIRE_DHCP6_OPT_H

/*
 * dhcp6_opt.h - the options of DHCPv6, one by one
 */

#include "wire/dhcp6.h"

/* The next option: its code, and a cursor over its octets; false: it is not
 * all there. */
bool dhcp6_opt_next(struct cursor *c, uint16_t *code, struct cursor *value);

/* Read one option into @m.  0, WIRE_LEN or WIRE_FIELD. */
int dhcp6_opt_read(struct dhcp6_msg *m, uint16_t code, struct cursor *value);

/* Write all that is set in @m. */
void dhcp6_opts_write(struct wcursor *w, const struct dhcp6_msg *m);

/* An option of @len octets. */
void dhcp6_opt_put(struct wcursor *w, uint16_t code, const void *p, size_t len);

#endif /* WIRE_DHCP6_OPT_H */
