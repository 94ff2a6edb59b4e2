// SPDX-License-Identifier: MIT
/* echo.c - two stacks in memory, and an echo between them: the whole program */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <weft/weft.h>

static struct sockaddr_in address(const char *ip, uint16_t port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET,
				  .sin_port = htons(port)};

	inet_pton(AF_INET, ip, &sin.sin_addr);
	return sin;
}

static void echo(struct weft_stack *host, int fd, short events, void *arg)
{
	char buf[100];
	ssize_t n;

	while ((n = weft_recv(host, fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0)
		weft_send(host, fd, buf, (size_t)n, 0);
	(void)events, (void)arg;
}

static void accept_one(struct weft_stack *host, int fd, short events, void *arg)
{
	weft_watch(host, weft_accept(host, fd, NULL, NULL), POLLIN, echo, NULL);
	(void)events, (void)arg;
}

int main(void)
{
	struct weft_net *net = weft_net_new(42);
	struct weft_stack *a = weft_net_host(net, "a");
	struct weft_stack *b = weft_net_host(net, "b");
	struct weft_cable cable = {.rate_bps = 10000000, .delay_ns = 5000000};
	struct sockaddr_in server = address("10.0.0.2", 7);
	char answer[100] = "";
	int listener, fd;

	weft_net_join(a, "10.0.0.1/24", b, "10.0.0.2/24", &cable);
	listener = weft_socket(b, AF_INET, SOCK_STREAM, 0);
	weft_bind(b, listener, (struct sockaddr *)&server, sizeof(server));
	weft_listen(b, listener, 5);
	weft_watch(b, listener, POLLIN, accept_one, NULL);
	fd = weft_socket(a, AF_INET, SOCK_STREAM, 0);
	if (weft_connect(a, fd, (struct sockaddr *)&server, sizeof(server)))
		perror("connect");
	weft_send(a, fd, "hello", 5, 0);
	weft_recv(a, fd, answer, sizeof(answer), 0);
	printf("%s after %.3f ms\n", answer, 1e-6 * (double)weft_net_now(net));
	weft_net_free(net);
	return strcmp(answer, "hello") != 0;
}
