/* SPDX-License-Identifier: MIT */
#ifndef WEFT_NETDB_H
#define WEFT_NETDB_H

/*
 * netdb.h - names, addresses and services
 *
 * As in socket.h, these are the calls of the same name on Linux.  A stack
 * knows the names in its own table of hosts, then it asks its name servers;
 * both are empty until the program says something.
 *
 * Part of weft.h; include that.
 */

#include <net/if.h>
#include <netdb.h>
#include <weft/weft.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * weft_dns_add() - Have a name server
 * @stack:	Whose
 * @addr:	"10.0.0.53" or "2001:db8::53"; asked at port 53, in the order
 *		in which they were added
 *
 * Return: 0; -1: EINVAL (no address), ENOSPC (more than three)
 */
WEFT_API int weft_dns_add(struct weft_stack *stack, const char *addr);

/**
 * weft_hosts_add() - Know a name without asking
 * @stack:	Which
 * @addr:	The address
 * @name:	The name; may have several addresses
 *
 * Return: 0; -1: EINVAL (no address, or no name), ENOMEM
 */
WEFT_API int weft_hosts_add(struct weft_stack *stack, const char *addr,
			    const char *name);

/**
 * weft_getaddrinfo() - Addresses of a host and port of a service
 * @stack:	Who asks
 * @node:	Name or address, or NULL: this host
 * @service:	Name or number, or NULL: port 0
 * @hints:	What is wanted, or NULL: everything.  @ai_flags: AI_PASSIVE,
 *		AI_CANONNAME, AI_NUMERICHOST, AI_NUMERICSERV, AI_V4MAPPED,
 *		AI_ALL, AI_ADDRCONFIG
 * @res:	Set on success: a list, the best first (RFC 6724); goes back
 *		with weft_freeaddrinfo()
 *
 * May block.
 *
 * Return: 0; EAI_NONAME, EAI_NODATA, EAI_AGAIN (no server has answered),
 * EAI_FAIL, EAI_SERVICE, EAI_FAMILY, EAI_ADDRFAMILY, EAI_SOCKTYPE,
 * EAI_BADFLAGS, EAI_MEMORY, EAI_SYSTEM (see errno)
 */
WEFT_API int weft_getaddrinfo(struct weft_stack *stack, const char *node,
			      const char *service, const struct addrinfo *hints,
			      struct addrinfo **res);

/**
 * weft_freeaddrinfo() - Free a list of weft_getaddrinfo()
 * @res:	NULL is fine
 */
WEFT_API void weft_freeaddrinfo(struct addrinfo *res);

/**
 * weft_gai_strerror() - An error of weft_getaddrinfo() as half a sentence
 * @err:	EAI_xxx
 *
 * Return: the text, static
 */
WEFT_API const char *weft_gai_strerror(int err);

/**
 * weft_getnameinfo() - The name of an address
 * @stack:	Who asks
 * @addr:	Address and port
 * @addrlen:	Its octets
 * @host:	Room for the name, or NULL
 * @hostlen:	How much
 * @serv:	Room for the service, or NULL
 * @servlen:	How much
 * @flags:	NI_NUMERICHOST, NI_NUMERICSERV, NI_NAMEREQD, NI_DGRAM, NI_NOFQDN
 *
 * May block.
 *
 * Return: 0; EAI_FAMILY, EAI_NONAME (NI_NAMEREQD, or nothing to do),
 * EAI_OVERFLOW, EAI_AGAIN, EAI_BADFLAGS
 */
WEFT_API int weft_getnameinfo(struct weft_stack *stack,
			      const struct sockaddr *addr, socklen_t addrlen,
			      char *host, socklen_t hostlen, char *serv,
			      socklen_t servlen, int flags);

/**
 * weft_if_nametoindex() - The index of an interface
 * @stack:	Whose
 * @name:	"eth0"
 *
 * Return: the index, or 0: ENODEV
 */
WEFT_API unsigned int weft_if_nametoindex(struct weft_stack *stack,
					  const char *name);

/**
 * weft_if_indextoname() - The name of an interface
 * @stack:	Whose
 * @index:	Which
 * @name:	IF_NAMESIZE octets, filled in
 *
 * Return: @name, or NULL: ENXIO
 */
WEFT_API char *weft_if_indextoname(struct weft_stack *stack, unsigned int index,
				   char *name);

#ifdef __cplusplus
}
#endif

#endif /* WEFT_NETDB_H */
