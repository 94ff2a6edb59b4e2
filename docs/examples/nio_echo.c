// SPDX-License-Identifier: MIT
/* nio_echo.c - an echo server with a selector, as one writes it in Java NIO
 *	cc nio_echo.c $(pkg-config --cflags --libs weft) -o nio_echo && ./nio_echo
 */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <weft/weft.h>

/* What is ready: somebody to accept, or something to send back. */
static void serve(struct weft_selector *sel, struct weft_key *key)
{
	struct weft_channel *ch = weft_key_channel(key);
	struct weft_buffer *buf = weft_key_attachment(key);

	if (weft_key_ready_ops(key) & WEFT_OP_ACCEPT) {
		ch = weft_server_channel_accept(ch);
		weft_channel_blocking(ch, 0);
		weft_channel_register(ch, sel, WEFT_OP_READ, buf);
		return;
	}
	weft_buffer_clear(buf);
	if (weft_channel_read(ch, buf) < 0) {
		weft_channel_close(ch);
		return;
	}
	weft_buffer_flip(buf);
	weft_channel_write(ch, buf);
}

int main(void)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(7)};
	struct weft_net *net = weft_net_new(1);
	struct weft_stack *a = weft_net_host(net, "client");
	struct weft_stack *b = weft_net_host(net, "server");
	struct weft_selector *sel = weft_selector_open(b);
	struct weft_buffer *buf = weft_buffer_new(1024);
	int err = weft_net_join(a, "10.0.0.1/24", b, "10.0.0.2/24", NULL);
	struct weft_channel *listener = weft_server_channel_open(
		b, (struct sockaddr *)&sin, sizeof(sin), 5);
	int fd = weft_socket(a, AF_INET, SOCK_STREAM, 0);
	char text[32] = "";

	weft_channel_blocking(listener, 0);
	weft_channel_register(listener, sel, WEFT_OP_ACCEPT, buf);
	sin.sin_addr.s_addr = htonl(0x0a000002);
	err |= weft_connect(a, fd, (struct sockaddr *)&sin, sizeof(sin));
	weft_send(a, fd, "there and back", 14, 0);
	weft_shutdown(a, fd, SHUT_WR); /* the server reads the end of it */
	while (weft_selector_select(sel, 1000) > 0)
		for (struct weft_key *k; (k = weft_selector_next(sel));)
			serve(sel, k);
	weft_recv(a, fd, text, sizeof(text), 0);
	printf("\"%s\"\n", text);
	weft_channel_close(listener), weft_selector_close(sel);
	weft_buffer_free(buf), weft_net_free(net);
	return err || strcmp(text, "there and back") != 0;
}
