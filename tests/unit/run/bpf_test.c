// SPDX-License-Identifier: MIT
/* bpf_test.c - socket filters of programs */

#include <linux/filter.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/check.h"

#include "run/bpf.h"

static const uint8_t frame[] = {
	2,    0, 0,  0,	 0, 1,	2,  0, 0,  0,  0, 2, 8, 0, /* Ethernet, IPv4 */
	0x46, 0, 0,  28, 0, 0,	0,  0, 64, 17,		   /* six words */
	0,    0, 10, 1,	 0, 10, 10, 1, 0,  80, 1, 1, 1, 0, 0, 53, 3, 9,
};

static uint32_t run(const struct sock_filter *code, size_t count)
{
	const struct bpf_packet p = {
		.octets = frame,
		.len = sizeof(frame),
		.net_off = 14,
		.protocol = 0x0800,
		.hatype = 1,
		.pkttype = 4,
		.ifindex = 2,
	};

	return bpf_run(code, count, &p);
}

/* What the kernel makes of it: it gets the same octets over AF_UNIX. */
static uint32_t kernel(const struct sock_filter *code, size_t count)
{
	struct sock_fprog prog = {.len = (unsigned short)count};
	struct sock_filter copy[32];
	uint8_t buf[sizeof(frame)];
	ssize_t n;
	int fd[2];

	assert_true(count <= ARRAY_SIZE(copy));
	memcpy(copy, code, count * sizeof(*code));
	prog.filter = copy;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, fd), 0);
	assert_int_equal(setsockopt(fd[1], SOL_SOCKET, SO_ATTACH_FILTER, &prog,
				    sizeof(prog)),
			 0);
	assert_int_equal(send(fd[0], frame, sizeof(frame), 0), sizeof(frame));
	n = recv(fd[1], buf, sizeof(buf), MSG_DONTWAIT);
	close(fd[0]);
	close(fd[1]);
	return n < 0 ? 0 : (uint32_t)n;
}

#define SAME(...)                                                       \
	do {                                                            \
		static const struct sock_filter code[] = {__VA_ARGS__}; \
		uint32_t got = run(code, ARRAY_SIZE(code));             \
                                                                        \
		if (got > sizeof(frame))                                \
			got = sizeof(frame);                            \
		assert_int_equal(got, kernel(code, ARRAY_SIZE(code)));  \
	} while (0)

#define RET_A BPF_STMT(BPF_RET | BPF_A, 0)

static void loads_are_as_in_the_kernel(void **state)
{
	(void)state;
	SAME(BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 17), RET_A);
	SAME(BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 36), RET_A);
	SAME(BPF_STMT(BPF_LDX | BPF_IMM, 30),
	     BPF_STMT(BPF_LD | BPF_H | BPF_IND, 8), RET_A);
	SAME(BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14),
	     BPF_STMT(BPF_LD | BPF_H | BPF_IND, 16), RET_A);
	SAME(BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0), RET_A);
	SAME(BPF_STMT(BPF_LD | BPF_IMM, 7), BPF_STMT(BPF_ST, 3),
	     BPF_STMT(BPF_LD | BPF_IMM, 1), BPF_STMT(BPF_LDX | BPF_MEM, 3),
	     BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0), RET_A);
}

static void a_load_beyond_the_end_wants_nothing(void **state)
{
	(void)state;
	SAME(BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 41), RET_A);
	SAME(BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 42),
	     BPF_STMT(BPF_RET | BPF_K, 9));
	SAME(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 39),
	     BPF_STMT(BPF_RET | BPF_K, 9));
	SAME(BPF_STMT(BPF_LDX | BPF_IMM, 0x7fffffff),
	     BPF_STMT(BPF_LD | BPF_W | BPF_IND, 0x7fffff00),
	     BPF_STMT(BPF_RET | BPF_K, 9));
}

static void arithmetic_is_as_in_the_kernel(void **state)
{
	(void)state;
	SAME(BPF_STMT(BPF_LD | BPF_IMM, 100),
	     BPF_STMT(BPF_ALU | BPF_SUB | BPF_K, 64),
	     BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 3),
	     BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 5),
	     BPF_STMT(BPF_ALU | BPF_XOR | BPF_K, 3), RET_A);
	SAME(BPF_STMT(BPF_LD | BPF_IMM, 0xff),
	     BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 3),
	     BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 6),
	     BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x1c),
	     BPF_STMT(BPF_ALU | BPF_OR | BPF_K, 1),
	     BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 11), RET_A);
	SAME(BPF_STMT(BPF_LD | BPF_IMM, 5), BPF_STMT(BPF_ALU | BPF_NEG, 0),
	     BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 12),
	     BPF_STMT(BPF_MISC | BPF_TAX, 0), BPF_STMT(BPF_LD | BPF_IMM, 0),
	     BPF_STMT(BPF_MISC | BPF_TXA, 0), RET_A);
	SAME(BPF_STMT(BPF_LDX | BPF_IMM, 0), BPF_STMT(BPF_LD | BPF_IMM, 9),
	     BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0),
	     BPF_STMT(BPF_RET | BPF_K, 9));
}

static void jumps_are_as_in_the_kernel(void **state)
{
	(void)state;
	SAME(BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
	     BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x0800, 0, 1),
	     BPF_STMT(BPF_RET | BPF_K, 20), BPF_STMT(BPF_RET | BPF_K, 30));
	SAME(BPF_STMT(BPF_LD | BPF_IMM, 5),
	     BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 5, 0, 1),
	     BPF_STMT(BPF_RET | BPF_K, 20),
	     BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 5, 1, 0),
	     BPF_STMT(BPF_RET | BPF_K, 21), BPF_STMT(BPF_JMP | BPF_JA, 1),
	     BPF_STMT(BPF_RET | BPF_K, 22),
	     BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 2, 0, 1),
	     BPF_STMT(BPF_RET | BPF_K, 23), BPF_STMT(BPF_RET | BPF_K, 24));
}

/* Of AF_UNIX the kernel knows none of these. */
static void facts_about_a_frame_can_be_asked(void **state)
{
	static const struct {
		uint32_t what, is;
	} facts[] = {
		{SKF_AD_PROTOCOL, 0x0800},    {SKF_AD_PKTTYPE, 4},
		{SKF_AD_IFINDEX, 2},	      {SKF_AD_HATYPE, 1},
		{SKF_AD_VLAN_TAG_PRESENT, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(facts); i++) {
		const struct sock_filter code[] = {
			BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
				 (uint32_t)SKF_AD_OFF + facts[i].what),
			RET_A,
		};

		assert_int_equal(run(code, ARRAY_SIZE(code)), facts[i].is);
	}
}

static void the_network_header_has_offsets_of_its_own(void **state)
{
	static const struct sock_filter net[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (uint32_t)SKF_NET_OFF + 9),
		RET_A,
	};
	static const struct sock_filter link[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, (uint32_t)SKF_LL_OFF + 12),
		RET_A,
	};
	static const struct sock_filter below[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (uint32_t)SKF_LL_OFF - 1),
		BPF_STMT(BPF_RET | BPF_K, 9),
	};

	(void)state;
	assert_int_equal(run(net, ARRAY_SIZE(net)), 17);
	assert_int_equal(run(link, ARRAY_SIZE(link)), 0x0800);
	assert_int_equal(run(below, ARRAY_SIZE(below)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads_are_as_in_the_kernel),
		cmocka_unit_test(a_load_beyond_the_end_wants_nothing),
		cmocka_unit_test(arithmetic_is_as_in_the_kernel),
		cmocka_unit_test(jumps_are_as_in_the_kernel),
		cmocka_unit_test(facts_about_a_frame_can_be_asked),
		cmocka_unit_test(the_network_header_has_offsets_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
