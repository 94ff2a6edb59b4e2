// SPDX-License-Identifier: MIT
/*
 * getnameinfo.c - the name of an address (RFC 3493, 6.2), errors as sentences,
 *		   and names of interfaces
 */

#include <stdio.h>
#include <string.h>

#include "base/check.h"

#include "wire/addr.h"

#include "api/api_int.h"
#include "api/names.h"
#include "api/sockaddr.h"

#define FLAGS \
	(NI_NUMERICHOST | NI_NUMERICSERV | NI_NAMEREQD | NI_DGRAM | NI_NOFQDN)

static int copy_out(char *to, socklen_t room, const char *text)
{
	if (strlen(text) >= room)
		return EAI_OVERFLOW;
	memcpy(to, text, strlen(text) + 1);
	return 0;
}

/* The address itself, and on which link. */
static int host_number(struct weft_stack *ws, struct ip_addr a, char *host,
		       socklen_t room)
{
	char text[IP_TEXT], full[IP_TEXT + NETIF_NAME_MAX + 1];
	struct netif *netif = NULL;

	if (a.zone)
		netif = stack_netif_by_index(ws->stack, a.zone);
	a.zone = 0;
	ip_addr_print(a, text);
	snprintf(full, sizeof(full), "%s%s%s", text, netif ? "%" : "",
		 netif ? netif->name : "");
	return copy_out(host, room, full);
}

static int host_name(struct weft_stack *ws, struct ip_addr a, char *host,
		     socklen_t room)
{
	const char *known = names_of_addr(ws, a);
	char reverse[DNS_NAME_TEXT];
	struct dns_answer answer;
	int err;

	if (known)
		return copy_out(host, room, known);
	dns_reverse_name(a, reverse);
	err = names_ask(ws, reverse, DNS_TYPE_PTR, &answer);
	if (err)
		return err;
	if (!answer.target[0])
		return EAI_NONAME;
	return copy_out(host, room, answer.target);
}

static int put_host(struct weft_stack *ws, struct ip_addr a, char *host,
		    socklen_t room, int flags)
{
	int err = EAI_NONAME;

	if (!(flags & NI_NUMERICHOST))
		err = host_name(ws, a, host, room);
	if (!err || err == EAI_OVERFLOW)
		return err;
	if (flags & NI_NAMEREQD)
		return err;
	return host_number(ws, a, host, room);
}

static int put_service(uint16_t port, char *serv, socklen_t room, int flags)
{
	const char *name = NULL;
	char number[8];

	if (!(flags & NI_NUMERICSERV))
		name = service_name(port, flags & NI_DGRAM);
	snprintf(number, sizeof(number), "%u", port);
	return copy_out(serv, room, name ? name : number);
}

/* NOLINTNEXTLINE(readability-function-size): POSIX has so many parameters */
int weft_getnameinfo(struct weft_stack *ws, const struct sockaddr *addr,
		     socklen_t addrlen, char *host, socklen_t hostlen,
		     char *serv, socklen_t servlen, int flags)
{
	API_CALL(ws);
	bool has_host = host && hostlen, has_serv = serv && servlen;
	struct endpoint ep;
	int err = 0;

	if (flags & ~FLAGS)
		return EAI_BADFLAGS;
	if (sockaddr_to_endpoint(addr, addrlen, &ep) || !ep.addr.family)
		return EAI_FAMILY;
	if (!has_host && !has_serv)
		return EAI_NONAME;
	if (has_host)
		err = put_host(ws, ep.addr, host, hostlen, flags);
	if (!err && has_serv)
		err = put_service(ep.port, serv, servlen, flags);
	return err;
}

/* clang-format off */
static const struct {
	int err;
	const char *text;
} errors[] = {
	{0,		 "no error"},
	{EAI_BADFLAGS,	 "flags that cannot be"},
	{EAI_NONAME,	 "no such name or service"},
	{EAI_AGAIN,	 "no name server has answered"},
	{EAI_FAIL,	 "the name server failed"},
	{EAI_FAMILY,	 "no such address family"},
	{EAI_SOCKTYPE,	 "no such type of socket"},
	{EAI_SERVICE,	 "the service is not known for this type of socket"},
	{EAI_MEMORY,	 "no memory"},
	{EAI_SYSTEM,	 "a call failed, see errno"},
	{EAI_OVERFLOW,	 "too little room for the name"},
	{EAI_NODATA,	 "the name has no such address"},
	{EAI_ADDRFAMILY, "the address is of another family"},
};
/* clang-format on */

const char *weft_gai_strerror(int err)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(errors); i++)
		if (errors[i].err == err)
			return errors[i].text;
	return "an error nobody knows";
}

unsigned int weft_if_nametoindex(struct weft_stack *ws, const char *name)
{
	API_CALL(ws);
	struct netif *netif = stack_netif_by_name(call.stack, name);

	if (netif)
		return netif->index;
	errno = ENODEV;
	return 0;
}

char *weft_if_indextoname(struct weft_stack *ws, unsigned int index, char *name)
{
	API_CALL(ws);
	struct netif *netif = stack_netif_by_index(call.stack, index);

	if (!netif) {
		errno = ENXIO;
		return NULL;
	}
	snprintf(name, IF_NAMESIZE, "%.*s", IF_NAMESIZE - 1, netif->name);
	return name;
}
