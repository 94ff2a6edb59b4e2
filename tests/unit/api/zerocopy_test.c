// SPDX-License-Identifier: MIT
/* zerocopy_test.c - a file sent in four ways, and what each of them copies */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <weft/weft.h>

#include <cmocka.h>

#define SA(sin) ((struct sockaddr *)&(sin)), sizeof(sin)
#define SIZE	40000

/* @fd on a is connected to @peer on b; @file on a has SIZE octets. */
struct fix {
	struct weft_net *net;
	struct weft_stack *a, *b;
	int fd, peer, file;
	struct weft_copies before;
};

static uint8_t octet(size_t i)
{
	return (uint8_t)(i * 7 + i / 251);
}

/* A file of the operating system with these octets. */
static void make_file(char *path)
{
	uint8_t all[SIZE];
	size_t i;
	int fd = mkstemp(path);

	for (i = 0; i < SIZE; i++)
		all[i] = octet(i);
	assert_int_equal(write(fd, all, SIZE), SIZE);
	close(fd);
}

static struct weft_copies copies_of(struct fix *f)
{
	struct weft_copies c = {.size = sizeof(c)};

	assert_int_equal(weft_copies(f->a, -1, &c), 0);
	return c;
}

static int setup(void **state)
{
	struct fix *f = calloc(1, sizeof(*f));
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(80)};
	char path[] = "/tmp/weft-zerocopy-XXXXXX";
	int listener;

	inet_pton(AF_INET, "10.0.0.2", &sin.sin_addr);
	f->net = weft_net_new(1);
	f->a = weft_net_host(f->net, "a");
	f->b = weft_net_host(f->net, "b");
	weft_net_join(f->a, "10.0.0.1/24", f->b, "10.0.0.2/24", NULL);
	listener = weft_socket(f->b, AF_INET, SOCK_STREAM, 0);
	weft_bind(f->b, listener, SA(sin));
	weft_listen(f->b, listener, 5);
	f->fd = weft_socket(f->a, AF_INET, SOCK_STREAM, 0);
	assert_int_equal(weft_connect(f->a, f->fd, SA(sin)), 0);
	f->peer = weft_accept(f->b, listener, NULL, NULL);
	make_file(path);
	f->file = weft_memfile(f->a, path);
	assert_true(f->file >= 0);
	unlink(path);
	f->before = copies_of(f);
	assert_int_equal(f->before.from_device, SIZE);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	weft_net_free(f->net);
	free(f);
	return 0;
}

static void arrives(struct fix *f)
{
	uint8_t buf[SIZE];
	size_t i;

	assert_int_equal(weft_recv(f->b, f->peer, buf, SIZE, MSG_WAITALL),
			 SIZE);
	for (i = 0; i < SIZE; i++)
		assert_int_equal(buf[i], octet(i));
}

/* Octets copied and referred to since the beginning, in files; and calls. */
static void costs(struct fix *f, uint64_t copied, uint64_t referred,
		  uint64_t calls)
{
	struct weft_copies c = copies_of(f);

	assert_int_equal(c.from_user + c.to_user + c.inside -
				 f->before.from_user - f->before.to_user -
				 f->before.inside,
			 copied * SIZE);
	assert_int_equal(c.referred - f->before.referred, referred * SIZE);
	assert_int_equal(c.calls - f->before.calls, calls);
	assert_true(c.to_wire - f->before.to_wire > SIZE);
}

static void read_and_write_copy_twice(void **state)
{
	struct fix *f = *state;
	uint8_t buf[SIZE];

	assert_int_equal(weft_read(f->a, f->file, buf, SIZE), SIZE);
	assert_int_equal(weft_write(f->a, f->fd, buf, SIZE), SIZE);
	arrives(f);
	costs(f, 2, 0, 2);
}

static void lending_and_write_copy_once(void **state)
{
	struct fix *f = *state;
	const void *at;
	off_t off = 0;
	size_t len;
	uint64_t n = 0;

	while ((at = weft_lend(f->a, f->file, off, &len))) {
		assert_int_equal(weft_write(f->a, f->fd, at, len), len);
		off += (off_t)len;
		n++;
	}
	assert_int_equal(off, SIZE);
	arrives(f);
	costs(f, 1, 0, n);
	assert_int_equal(copies_of(f).lent, SIZE);
}

static void sendfile_copies_nothing(void **state)
{
	struct fix *f = *state;

	assert_int_equal(weft_sendfile(f->a, f->fd, f->file, NULL, 1 << 20),
			 SIZE);
	arrives(f);
	costs(f, 0, 1, 1);
	/* At the end there is nothing left, but from the beginning there is. */
	assert_int_equal(weft_sendfile(f->a, f->fd, f->file, NULL, 10), 0);
}

static void splice_copies_nothing(void **state)
{
	struct fix *f = *state;
	off_t off = 0;
	int p[2];

	assert_int_equal(weft_pipe(f->a, p), 0);
	while (off < SIZE) {
		ssize_t n =
			weft_splice(f->a, f->file, &off, p[1], NULL, SIZE, 0);

		assert_true(n > 0);
		while (n > 0)
			n -= weft_splice(f->a, p[0], NULL, f->fd, NULL,
					 (size_t)n, SPLICE_F_MORE);
	}
	arrives(f);
	costs(f, 0, 2, 2);
	/* The position has not moved. */
	assert_int_equal(weft_lseek(f->a, f->file, 0, SEEK_CUR), 0);
}

static void what_was_sent_does_not_change_with_the_file(void **state)
{
	struct fix *f = *state;
	uint8_t zeros[SIZE] = {0}, buf[4];

	assert_int_equal(weft_sendfile(f->a, f->fd, f->file, NULL, SIZE), SIZE);
	assert_int_equal(weft_lseek(f->a, f->file, 0, SEEK_SET), 0);
	assert_int_equal(weft_write(f->a, f->file, zeros, SIZE), SIZE);
	arrives(f);
	assert_int_equal(weft_lseek(f->a, f->file, 8, SEEK_SET), 8);
	assert_int_equal(weft_read(f->a, f->file, buf, 4), 4);
	assert_memory_equal(buf, zeros, 4);
	assert_int_equal(weft_lseek(f->a, f->file, 1, SEEK_END), -1);
	assert_int_equal(errno, EINVAL);
}

static void received_octets_are_read_where_they_lie(void **state)
{
	struct fix *f = *state;
	struct weft_copies c = {.size = sizeof(c)};
	struct iovec iov[16];
	size_t at = 0;

	assert_int_equal(weft_sendfile(f->a, f->fd, f->file, NULL, SIZE), SIZE);
	while (at < SIZE) {
		int i, n = weft_recv_lend(f->b, f->peer, iov, 16);
		size_t j, sum = 0;

		assert_true(n > 0);
		for (i = 0; i < n; i++) {
			const uint8_t *o = iov[i].iov_base;

			for (j = 0; j < iov[i].iov_len; j++)
				assert_int_equal(o[j], octet(at++));
			sum += iov[i].iov_len;
		}
		assert_int_equal(weft_recv_done(f->b, f->peer, sum), 0);
	}
	assert_int_equal(weft_recv_done(f->b, f->peer, 1), -1);
	assert_int_equal(weft_copies(f->b, f->peer, &c), 0);
	assert_int_equal(c.lent, SIZE);
	assert_int_equal(c.to_user, 0);
}

static void stream_can_be_spliced_into_a_stream(void **state)
{
	struct fix *f = *state;
	int p[2], sum = 0;

	assert_int_equal(weft_pipe(f->b, p), 0);
	assert_int_equal(weft_sendfile(f->a, f->fd, f->file, NULL, SIZE), SIZE);
	while (sum < SIZE) {
		ssize_t n =
			weft_splice(f->b, f->peer, NULL, p[1], NULL, SIZE, 0);

		assert_true(n > 0);
		sum += (int)n;
		while (n > 0)
			n -= weft_splice(f->b, p[0], NULL, f->peer, NULL,
					 (size_t)n, 0);
	}
	f->b = f->a; /* an echo */
	f->peer = f->fd;
	arrives(f);
}

static void splice_refuses_what_makes_no_sense(void **state)
{
	struct fix *f = *state;
	off_t off = 0;
	int p[2];

	assert_int_equal(weft_pipe(f->a, p), 0);
	errno = 0;
	assert_int_equal(weft_splice(f->a, f->fd, NULL, f->fd, NULL, 9, 0), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(weft_splice(f->a, f->file, NULL, f->fd, NULL, 9, 0),
			 -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(weft_splice(f->a, p[1], NULL, f->fd, NULL, 9, 0), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(weft_splice(f->a, p[0], &off, f->fd, NULL, 9, 0), -1);
	assert_int_equal(errno, ESPIPE);
	assert_int_equal(weft_splice(f->a, p[0], NULL, f->fd, NULL, 9,
				     SPLICE_F_NONBLOCK),
			 -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(weft_sendfile(f->a, f->fd, p[0], NULL, 9), -1);
	assert_int_equal(errno, EINVAL);
	weft_close(f->a, p[0]);
	assert_int_equal(weft_splice(f->a, f->file, NULL, p[1], NULL, 9, 0),
			 -1);
	assert_int_equal(errno, EPIPE);
	assert_null(weft_memfile(f->a, "/does/not/exist") == -1 ? NULL : f);
	assert_int_equal(errno, ENOENT);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(read_and_write_copy_twice),
		TEST(lending_and_write_copy_once),
		TEST(sendfile_copies_nothing),
		TEST(splice_copies_nothing),
		TEST(what_was_sent_does_not_change_with_the_file),
		TEST(received_octets_are_read_where_they_lie),
		TEST(stream_can_be_spliced_into_a_stream),
		TEST(splice_refuses_what_makes_no_sense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
