/* SPDX-License-Identifier: MIT */
#ifndef DRIVER_UDP_CUT_H
#define DRIVER_UDP_CUT_H

/*
 * udp_cut.h - datagrams that come several in one
 */

struct pkt;

/**
 * udp_cut() - Make of a packet with PKT_GSO_UDP the frames that it stands for
 * @pkt:	With a link header in front, l4_off set; lent
 * @fn:		Takes each; its checksum is PKT_CSUM_PARTIAL
 *
 * Return: 0, -ENOMEM: not all could be made
 */
int udp_cut(const struct pkt *pkt, void (*fn)(void *arg, struct pkt *frame),
	    void *arg);

#endif /* DRIVER_UDP_CUT_H */
