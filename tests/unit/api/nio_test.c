// SPDX-License-Identifier: MIT
/* nio_test.c - buffers, channels and selectors as Java NIO has them */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <weft/weft.h>

#include <cmocka.h>

#define MS 1000000ULL

static void a_new_buffer_is_room_to_write(void **state)
{
	struct weft_buffer *b = weft_buffer_new(16);

	(void)state;
	assert_int_equal(b->position, 0);
	assert_int_equal(b->limit, 16);
	assert_int_equal(weft_buffer_remaining(b), 16);
	assert_int_equal(weft_buffer_put(b, "hello", 5), 0);
	assert_int_equal(weft_buffer_remaining(b), 11);
	weft_buffer_free(b);
	weft_buffer_free(NULL);
}

static void flip_turns_writing_into_reading(void **state)
{
	struct weft_buffer *b = weft_buffer_new(16);
	char text[8] = "";

	(void)state;
	weft_buffer_put(b, "hello", 5);
	weft_buffer_flip(b);
	assert_int_equal(b->position, 0);
	assert_int_equal(b->limit, 5);
	assert_int_equal(weft_buffer_get(b, text, 3), 0);
	assert_string_equal(text, "hel");
	weft_buffer_rewind(b);
	assert_int_equal(weft_buffer_get(b, text, 5), 0);
	assert_string_equal(text, "hello");
	assert_int_equal(weft_buffer_get(b, text, 1), -1);
	assert_int_equal(errno, ENODATA);
	weft_buffer_clear(b);
	assert_int_equal(weft_buffer_remaining(b), 16);
	weft_buffer_free(b);
}

static void compact_keeps_what_was_not_read(void **state)
{
	struct weft_buffer *b = weft_buffer_new(8);
	char text[8] = "";

	(void)state;
	weft_buffer_put(b, "abcdef", 6);
	weft_buffer_flip(b);
	weft_buffer_get(b, text, 4);
	weft_buffer_compact(b);
	assert_int_equal(b->position, 2);
	assert_int_equal(b->limit, 8);
	assert_int_equal(weft_buffer_put(b, "ghijkl", 6), 0);
	assert_int_equal(weft_buffer_put(b, "m", 1), -1);
	assert_int_equal(errno, ENOBUFS);
	weft_buffer_flip(b);
	assert_int_equal(weft_buffer_get(b, text, 8), 0);
	assert_memory_equal(text, "efghijkl", 8);
	weft_buffer_free(b);
}

static void the_mark_never_stands_behind_the_position(void **state)
{
	char data[8] = "01234567";
	struct weft_buffer b;

	(void)state;
	weft_buffer_wrap(&b, data, sizeof(data));
	assert_int_equal(weft_buffer_reset(&b), -1);
	assert_int_equal(weft_buffer_position(&b, 5), 0);
	weft_buffer_mark(&b);
	assert_int_equal(weft_buffer_position(&b, 7), 0);
	assert_int_equal(weft_buffer_reset(&b), 0);
	assert_int_equal(b.position, 5);
	assert_int_equal(weft_buffer_limit(&b, 4), 0);
	assert_int_equal(b.position, 4);
	assert_int_equal(weft_buffer_reset(&b), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(weft_buffer_position(&b, 5), -1);
	assert_int_equal(weft_buffer_limit(&b, 9), -1);
}

struct fix {
	struct weft_net *net;
	struct weft_stack *a, *b;
	struct weft_selector *sel;
	struct weft_channel *listener;
};

static struct sockaddr_in addr_of(uint32_t ip, uint16_t port)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
				    .sin_port = htons(port),
				    .sin_addr.s_addr = htonl(ip)};
}

#define SERVER	0x0a000002
#define SA(sin) ((struct sockaddr *)&(sin)), sizeof(sin)

static int setup(void **state)
{
	const struct weft_cable cable = {.delay_ns = 1 * MS};
	struct sockaddr_in sin = addr_of(SERVER, 7);
	struct fix *f = calloc(1, sizeof(*f));

	f->net = weft_net_new(1);
	f->a = weft_net_host(f->net, "a");
	f->b = weft_net_host(f->net, "b");
	weft_net_join(f->a, "10.0.0.1/24", f->b, "10.0.0.2/24", &cable);
	f->sel = weft_selector_open(f->b);
	f->listener = weft_server_channel_open(f->b, SA(sin), 5);
	assert_non_null(f->sel);
	assert_non_null(f->listener);
	assert_int_equal(weft_channel_blocking(f->listener, 0), 0);
	assert_non_null(
		weft_channel_register(f->listener, f->sel, WEFT_OP_ACCEPT, f));
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	weft_selector_close(f->sel);
	weft_channel_close(f->listener);
	weft_net_free(f->net);
	free(f);
	return 0;
}

/* A client that is on its way, and the server's end of it once accepted. */
static struct weft_channel *connect_to(struct fix *f)
{
	struct weft_channel *ch = weft_socket_channel_open(f->a, AF_INET);
	struct sockaddr_in sin = addr_of(SERVER, 7);

	weft_channel_blocking(ch, 0);
	assert_int_equal(weft_channel_connect(ch, SA(sin)), 0);
	return ch;
}

static struct weft_channel *accept_one(struct fix *f)
{
	struct weft_channel *ch;

	assert_int_equal(weft_selector_select(f->sel, -1), 1);
	assert_ptr_equal(weft_key_channel(weft_selector_next(f->sel)),
			 f->listener);
	ch = weft_server_channel_accept(f->listener);
	assert_non_null(ch);
	weft_channel_blocking(ch, 0);
	return ch;
}

static void a_selector_selects_what_is_ready(void **state)
{
	struct fix *f = *state;
	struct weft_channel *client = connect_to(f), *peer;
	struct weft_buffer *b = weft_buffer_new(64);
	struct weft_key *key, *found;

	assert_int_equal(weft_selector_select_now(f->sel), 0);
	assert_null(weft_selector_next(f->sel));
	assert_null(weft_server_channel_accept(f->listener));
	assert_int_equal(errno, EAGAIN);
	peer = accept_one(f);
	assert_int_equal(weft_channel_finish_connect(client), 1);
	key = weft_channel_register(peer, f->sel, WEFT_OP_READ, peer);
	assert_int_equal(weft_selector_select_now(f->sel), 0);

	weft_buffer_put(b, "what is said", 12);
	weft_buffer_flip(b);
	assert_int_equal(weft_channel_write(client, b), 12);
	assert_int_equal(weft_buffer_remaining(b), 0);
	assert_int_equal(weft_selector_select(f->sel, -1), 1);
	/* Once selected it stays so: nothing new was found. */
	assert_int_equal(weft_selector_select_now(f->sel), 0);
	found = weft_selector_next(f->sel);
	assert_ptr_equal(found, key);
	assert_ptr_equal(weft_key_attachment(found), peer);
	assert_int_equal(weft_key_ready_ops(found), WEFT_OP_READ);
	assert_null(weft_selector_next(f->sel));

	weft_buffer_clear(b);
	assert_int_equal(weft_channel_read(peer, b), 12);
	assert_int_equal(weft_channel_read(peer, b), 0);
	assert_memory_equal(b->data, "what is said", 12);
	weft_channel_close(client);
	assert_int_equal(weft_selector_select(f->sel, -1), 1);
	assert_int_equal(weft_channel_read(peer, b), -1);
	assert_int_equal(errno, 0);
	weft_channel_close(peer);
	assert_int_equal(weft_selector_select_now(f->sel), 0);
	assert_null(weft_selector_next(f->sel)); /* its key went with it */
	weft_buffer_free(b);
}

static void interest_can_be_changed(void **state)
{
	struct fix *f = *state;
	struct weft_channel *client = connect_to(f), *peer = accept_one(f);
	struct weft_key *key = weft_channel_register(peer, f->sel, 0, NULL);

	assert_int_equal(weft_selector_select(f->sel, 5), 0);
	assert_int_equal(weft_key_set_interest_ops(key, WEFT_OP_WRITE), 0);
	assert_int_equal(weft_key_interest_ops(key), WEFT_OP_WRITE);
	assert_int_equal(weft_selector_select_now(f->sel), 1);
	assert_int_equal(weft_key_ready_ops(key), WEFT_OP_WRITE);
	assert_int_equal(weft_key_set_interest_ops(key, WEFT_OP_ACCEPT), -1);
	assert_int_equal(errno, EINVAL);
	weft_key_cancel(key);
	assert_null(weft_selector_next(f->sel));
	weft_channel_close(client);
	weft_channel_close(peer);
}

static void connecting_is_an_operation_to_wait_for(void **state)
{
	struct fix *f = *state;
	struct weft_selector *sel = weft_selector_open(f->a);
	struct weft_channel *client = connect_to(f), *bad;
	struct sockaddr_in nobody = addr_of(SERVER, 8);
	struct weft_key *key;

	key = weft_channel_register(client, sel, WEFT_OP_CONNECT, NULL);
	assert_int_equal(weft_channel_finish_connect(client), 0);
	assert_int_equal(weft_selector_select(sel, -1), 1);
	assert_ptr_equal(weft_selector_next(sel), key);
	assert_int_equal(weft_key_ready_ops(key), WEFT_OP_CONNECT);
	assert_int_equal(weft_channel_finish_connect(client), 1);
	weft_channel_close(client);

	bad = weft_socket_channel_open(f->a, AF_INET);
	weft_channel_blocking(bad, 0);
	weft_channel_register(bad, sel, WEFT_OP_CONNECT, NULL);
	assert_int_equal(weft_channel_connect(bad, SA(nobody)), 0);
	assert_int_equal(weft_selector_select(sel, -1), 1);
	assert_int_equal(weft_channel_finish_connect(bad), -1);
	assert_int_equal(errno, ECONNREFUSED);
	weft_channel_close(bad);
	weft_selector_close(sel);
}

static void wakeup_is_kept_for_the_next_select(void **state)
{
	struct fix *f = *state;

	weft_selector_wakeup(f->sel);
	weft_selector_wakeup(f->sel);
	assert_int_equal(weft_selector_select(f->sel, -1), 0);
	assert_int_equal(weft_selector_select_now(f->sel), 0);
	/* It is used up: nothing is left that could end this. */
	assert_int_equal(weft_selector_select(f->sel, 3), 0);
	assert_int_equal(weft_net_now(f->net), 3 * MS);
}

static void what_cannot_be_registered_is_refused(void **state)
{
	struct fix *f = *state;
	struct weft_channel *ch = weft_socket_channel_open(f->b, AF_INET);
	struct weft_channel *other = weft_socket_channel_open(f->a, AF_INET);

	assert_null(weft_channel_register(ch, f->sel, WEFT_OP_READ, NULL));
	assert_int_equal(errno, EINVAL); /* it blocks */
	weft_channel_blocking(ch, 0);
	assert_null(weft_channel_register(ch, f->sel, WEFT_OP_ACCEPT, NULL));
	assert_int_equal(errno, EINVAL);
	weft_channel_blocking(other, 0);
	assert_null(weft_channel_register(other, f->sel, WEFT_OP_READ, NULL));
	assert_int_equal(errno, EINVAL); /* of another stack */
	assert_non_null(weft_channel_register(ch, f->sel, WEFT_OP_READ, NULL));
	assert_null(weft_channel_register(ch, f->sel, WEFT_OP_READ, NULL));
	assert_int_equal(errno, EEXIST);
	assert_int_equal(weft_channel_blocking(ch, 1), -1);
	assert_int_equal(errno, EBUSY);
	assert_null(weft_server_channel_accept(ch));
	assert_int_equal(errno, EOPNOTSUPP);
	weft_channel_close(ch);
	weft_channel_close(other);
	weft_channel_close(NULL);
	weft_selector_close(NULL);
	weft_key_cancel(NULL);
}

static void datagrams_come_with_their_sender(void **state)
{
	struct fix *f = *state;
	struct sockaddr_in here = addr_of(0x0a000001, 0), from = {0};
	struct sockaddr_in there = addr_of(SERVER, 9);
	struct weft_channel *a = weft_datagram_channel_open(f->a, SA(here));
	struct weft_channel *b = weft_datagram_channel_open(f->b, SA(there));
	char data[8] = "datagram", in[16];
	struct weft_buffer out, buf;
	socklen_t len = sizeof(from);

	weft_buffer_wrap(&out, data, sizeof(data));
	weft_buffer_wrap(&buf, in, sizeof(in));
	assert_int_equal(weft_channel_send(a, &out, SA(there)), 8);
	assert_int_equal(weft_buffer_remaining(&out), 0);
	assert_int_equal(
		weft_channel_receive(b, &buf, (struct sockaddr *)&from, &len),
		8);
	assert_int_equal(ntohl(from.sin_addr.s_addr), 0x0a000001);
	assert_int_equal(buf.position, 8);
	weft_channel_blocking(b, 0);
	assert_int_equal(weft_channel_receive(b, &buf, NULL, NULL), -1);
	assert_int_equal(errno, EAGAIN);
	assert_true(weft_channel_fd(a) >= 0);
	weft_channel_close(a);
	weft_channel_close(b);
}

static void a_selector_takes_more_than_one_batch(void **state)
{
	struct fix *f = *state;
	struct weft_channel *ch[100];
	struct weft_key *key;
	int i, count = 0;

	for (i = 0; i < 100; i++) {
		struct sockaddr_in any = addr_of(SERVER, (uint16_t)(100 + i));

		ch[i] = weft_datagram_channel_open(f->b, SA(any));
		weft_channel_blocking(ch[i], 0);
		assert_non_null(weft_channel_register(ch[i], f->sel,
						      WEFT_OP_WRITE, ch[i]));
	}
	while (weft_selector_select_now(f->sel) > 0)
		continue;
	while ((key = weft_selector_next(f->sel)))
		count++;
	assert_int_equal(count, 100);
	for (i = 0; i < 100; i++)
		weft_channel_close(ch[i]);
}

#define NET(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_buffer_is_room_to_write),
		cmocka_unit_test(flip_turns_writing_into_reading),
		cmocka_unit_test(compact_keeps_what_was_not_read),
		cmocka_unit_test(the_mark_never_stands_behind_the_position),
		NET(a_selector_selects_what_is_ready),
		NET(interest_can_be_changed),
		NET(connecting_is_an_operation_to_wait_for),
		NET(wakeup_is_kept_for_the_next_select),
		NET(what_cannot_be_registered_is_refused),
		NET(datagrams_come_with_their_sender),
		NET(a_selector_takes_more_than_one_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
