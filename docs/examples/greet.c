// SPDX-License-Identifier: MIT
/*
 * greet.c - a client and a server, and a network between them, in one process
 *
 *	cc greet.c $(pkg-config --cflags --libs weft) -o greet && ./greet
 */

#include <stdio.h>
#include <string.h>
#include <weft/weft.h>

/* Called when somebody connects to the server. */
static void greet(struct weft_stack *host, int listener, short events,
		  void *arg)
{
	static const char text[] = "hello from the other side";
	int fd = weft_accept(host, listener, NULL, NULL);

	(void)events, (void)arg;
	weft_send(host, fd, text, strlen(text), 0);
	weft_close(host, fd);
}

int main(void)
{
	const struct weft_cable cable = {.rate_bps = 10000000,
					 .delay_ns = 20000000};
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct weft_net *net = weft_net_new(1);
	struct weft_stack *client = weft_net_host(net, "client");
	struct weft_stack *server = weft_net_host(net, "server");
	char text[100] = "", host[64], port[16];
	struct addrinfo *to;
	int fd, listener;

	weft_net_join(client, "10.0.0.1/24", server, "10.0.0.2/24", &cable);
	weft_hosts_add(client, "10.0.0.2", "server.test");
	if (weft_getaddrinfo(client, "server.test", "http", &hints, &to))
		return 1;
	listener = weft_socket(server, AF_INET, SOCK_STREAM, 0);
	if (weft_bind(server, listener, to->ai_addr, to->ai_addrlen) ||
	    weft_listen(server, listener, 5))
		return 1;
	weft_watch(server, listener, POLLIN, greet, NULL);

	fd = weft_socket(client, to->ai_family, to->ai_socktype, 0);
	if (weft_connect(client, fd, to->ai_addr, to->ai_addrlen))
		return 1;
	weft_recv(client, fd, text, sizeof(text) - 1, MSG_WAITALL);
	weft_getnameinfo(client, to->ai_addr, to->ai_addrlen, host,
			 sizeof(host), port, sizeof(port), 0);
	printf("%s (%s) says \"%s\" after %.1f ms\n", host, port, text,
	       (double)weft_net_now(net) / 1e6);
	weft_freeaddrinfo(to);
	weft_net_free(net);
	return strcmp(text, "hello from the other side") != 0;
}
