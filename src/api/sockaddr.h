/* SPDX-License-Identifier: MIT */
#ifndef API_SOCKADDR_H
#define API_SOCKADDR_H

/*
 * sockaddr.h - between the system's addresses and ours
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct endpoint;
struct sk_ll;

/**
 * sockaddr_to_endpoint() - Read an address that a program gave
 * @ep:		Filled in; AF_UNSPEC: without an address
 *
 * Return: 0, -EINVAL (@len too short), -EAFNOSUPPORT
 */
int sockaddr_to_endpoint(const struct sockaddr *addr, socklen_t len,
			 struct endpoint *ep);

/**
 * sockaddr_from_endpoint() - Write an address for a program
 * @addr:	Where to, or NULL; cut off if there is too little room
 * @len:	Room, and afterwards the address's length; 0 for no address
 */
void sockaddr_from_endpoint(const struct endpoint *ep, struct sockaddr *addr,
			    socklen_t *len);

/* An IPv4 address in any of the forms that people have used; host order. */
bool sockaddr_parse_v4(const char *text, uint32_t *addr);

/* The same, of any kind: AF_PACKET goes to @ll, all others to @ep. */
int sockaddr_to_name(const struct sockaddr *addr, socklen_t len,
		     struct endpoint *ep, struct sk_ll *ll);
void sockaddr_from_name(const struct endpoint *ep, const struct sk_ll *ll,
			struct sockaddr *addr, socklen_t *len);

/* Likewise, for bind(2) of a socket of @domain: no family at all is IPv4's to
 * an AF_INET socket, if the address is "any". */
int sockaddr_to_bind(const struct sockaddr *addr, socklen_t len, int domain,
		     struct endpoint *ep, struct sk_ll *ll);

#endif /* API_SOCKADDR_H */
