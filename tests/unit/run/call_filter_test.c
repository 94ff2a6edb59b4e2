// SPDX-License-Identifier: MIT
/* call_filter_test.c - the filter for system calls, run by a small interpreter */

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "base/check.h"

#include "run/call.h"
#include "run/filter.h"

#if defined(__x86_64__)
#define OURS   AUDIT_ARCH_X86_64
#define OTHERS AUDIT_ARCH_I386
#else
#define OURS   AUDIT_ARCH_AARCH64
#define OTHERS AUDIT_ARCH_ARM
#endif

/* No filter may take longer than its length: jumps go forwards only. */
static uint32_t interpret(const struct sock_filter *code, size_t count,
			  const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (size_t pc = 0; pc < count; pc++) {
		const struct sock_filter *f = &code[pc];

		switch (f->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			assert_true(f->k + sizeof(a) <= sizeof(*data));
			memcpy(&a, (const uint8_t *)data + f->k, sizeof(a));
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			pc += a == f->k ? f->jt : f->jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			pc += a >= f->k ? f->jt : f->jf;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			pc += a & f->k ? f->jt : f->jf;
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= f->k;
			break;
		case BPF_JMP | BPF_JA:
			pc += f->k;
			break;
		case BPF_RET | BPF_K:
			return f->k;
		default:
			fail_msg("instruction %#x", f->code);
		}
	}
	fail_msg("it runs over its end");
	return 0;
}

/* What the filter says of a call with these arguments. */
static uint32_t verdict(uint32_t arch, long nr, const uint64_t arg[6])
{
	static const uint64_t zeros[6];
	struct sock_filter code[FILTER_MAX];
	struct seccomp_data data = {.arch = arch, .nr = (int)nr};
	size_t count;
	const struct call_row *rows = call_rows(&count);
	int n = filter_build(code, rows, count);

	assert_true(n > 0);
	memcpy(data.args, arg ? arg : zeros, sizeof(data.args));
	return interpret(code, (size_t)n, &data);
}

static void reading_and_waiting_are_the_kernels(void **state)
{
	static const long calls[] = {
		SYS_read,	 SYS_write, SYS_close,	    SYS_ppoll,
		SYS_epoll_pwait, SYS_dup3,  SYS_execve,	    SYS_exit,
		SYS_sendfile,	 SYS_readv, SYS_socketpair,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		assert_int_equal(verdict(OURS, calls[i], NULL),
				 SECCOMP_RET_ALLOW);
}

static void names_of_the_network_are_told(void **state)
{
	static const long calls[] = {
		SYS_bind,	 SYS_connect,	 SYS_listen,
		SYS_accept,	 SYS_accept4,	 SYS_getsockname,
		SYS_getpeername, SYS_setsockopt, SYS_getsockopt,
		SYS_shutdown,	 SYS_sendmsg,	 SYS_recvmsg,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		assert_int_equal(verdict(OURS, calls[i], NULL),
				 SECCOMP_RET_USER_NOTIF);
}

static void only_unix_sockets_are_made_by_the_kernel(void **state)
{
	(void)state;
	for (uint64_t family = 0; family < 64; family++) {
		const uint64_t arg[6] = {family, SOCK_STREAM};

		assert_int_equal(verdict(OURS, SYS_socket, arg),
				 family == AF_UNIX ? SECCOMP_RET_ALLOW
						   : SECCOMP_RET_USER_NOTIF);
	}
}

/* The kernel takes an int: what stands above it must not decide. */
static void high_halves_of_a_family_do_not_hide_it(void **state)
{
	const uint64_t arg[6] = {UINT64_C(1) << 32 | AF_INET};
	const uint64_t same[6] = {UINT64_C(1) << 32 | AF_UNIX};

	(void)state;
	assert_int_equal(verdict(OURS, SYS_socket, arg),
			 SECCOMP_RET_USER_NOTIF);
	assert_int_equal(verdict(OURS, SYS_socket, same), SECCOMP_RET_ALLOW);
}

static void a_message_is_told_of_if_its_flags_mean_something(void **state)
{
	static const long calls[] = {SYS_sendto, SYS_recvfrom};
	uint64_t arg[6] = {3, 0x1000, 10, 0, 0, 0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		arg[3] = MSG_DONTWAIT | MSG_NOSIGNAL;
		assert_int_equal(verdict(OURS, calls[i], arg),
				 SECCOMP_RET_ALLOW);
		arg[3] |= MSG_OOB;
		assert_int_equal(verdict(OURS, calls[i], arg),
				 SECCOMP_RET_USER_NOTIF);
	}
	arg[3] = MSG_MORE;
	assert_int_equal(verdict(OURS, SYS_sendto, arg),
			 SECCOMP_RET_USER_NOTIF);
	arg[3] = MSG_PEEK | MSG_WAITALL;
	assert_int_equal(verdict(OURS, SYS_recvfrom, arg), SECCOMP_RET_ALLOW);
	arg[3] |= MSG_ERRQUEUE;
	assert_int_equal(verdict(OURS, SYS_recvfrom, arg),
			 SECCOMP_RET_USER_NOTIF);
}

static void a_message_is_told_of_if_it_has_an_address(void **state)
{
	static const uint64_t addresses[] = {1, UINT64_C(1) << 32,
					     UINT64_C(0x7fff12345678)};
	const uint64_t none[6] = {3, 0x1000, 10, 0, 0, 0};

	(void)state;
	assert_int_equal(verdict(OURS, SYS_sendto, none), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict(OURS, SYS_recvfrom, none), SECCOMP_RET_ALLOW);
	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
		const uint64_t arg[6] = {3, 0x1000, 10, 0, addresses[i], 16};

		assert_int_equal(verdict(OURS, SYS_sendto, arg),
				 SECCOMP_RET_USER_NOTIF);
		assert_int_equal(verdict(OURS, SYS_recvfrom, arg),
				 SECCOMP_RET_USER_NOTIF);
	}
}

static void questions_about_interfaces_are_told(void **state)
{
	const uint64_t name[6] = {3, 0x8910}, last[6] = {3, 0x89ff};
	const uint64_t window[6] = {3, 0x5413}, other[6] = {3, 0x8a00};

	(void)state;
	assert_int_equal(verdict(OURS, SYS_ioctl, name),
			 SECCOMP_RET_USER_NOTIF);
	assert_int_equal(verdict(OURS, SYS_ioctl, last),
			 SECCOMP_RET_USER_NOTIF);
	assert_int_equal(verdict(OURS, SYS_ioctl, window), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict(OURS, SYS_ioctl, other), SECCOMP_RET_ALLOW);
}

static void memory_that_is_shared_with_a_file_is_told(void **state)
{
	const uint64_t shared[6] = {0, 4096, 3, MAP_SHARED, 3, 0};
	const uint64_t own[6] = {0, 4096, 3, MAP_PRIVATE, 3, 0};
	const uint64_t none[6] = {0, 4096, 3, MAP_SHARED | MAP_ANONYMOUS};

	(void)state;
	assert_int_equal(verdict(OURS, SYS_mmap, shared),
			 SECCOMP_RET_USER_NOTIF);
	assert_int_equal(verdict(OURS, SYS_mmap, own), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict(OURS, SYS_mmap, none), SECCOMP_RET_ALLOW);
}

static void there_are_no_rings(void **state)
{
	(void)state;
	assert_int_equal(verdict(OURS, SYS_io_uring_setup, NULL),
			 SECCOMP_RET_ERRNO | ENOSYS);
}

static void nobody_hides_his_memory(void **state)
{
	const uint64_t hide[6] = {PR_SET_DUMPABLE, 0};
	const uint64_t name[6] = {PR_SET_NAME, 0x1000};

	(void)state;
	assert_int_equal(verdict(OURS, SYS_prctl, hide), SECCOMP_RET_ERRNO);
	assert_int_equal(verdict(OURS, SYS_prctl, name), SECCOMP_RET_ALLOW);
}

static void another_architecture_is_killed(void **state)
{
	(void)state;
	for (long nr = 0; nr < 500; nr++)
		assert_int_equal(verdict(OTHERS, nr, NULL),
				 SECCOMP_RET_KILL_PROCESS);
}

#if defined(__x86_64__)
static void x32_calls_do_not_exist(void **state)
{
	const uint64_t arg[6] = {AF_INET, SOCK_STREAM};

	(void)state;
	assert_int_equal(verdict(OURS, 0x40000000 | SYS_socket, arg),
			 SECCOMP_RET_ERRNO | ENOSYS);
	assert_int_equal(verdict(OURS, 0x40000000, NULL),
			 SECCOMP_RET_ERRNO | ENOSYS);
}
#endif

static void a_table_too_long_is_refused(void **state)
{
	struct sock_filter code[FILTER_MAX];
	struct call_row rows[200];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		rows[i] = (struct call_row){.nr = (int)i, .when = WHEN_SET};
	assert_int_equal(filter_build(code, rows, ARRAY_SIZE(rows)), -ENOSPC);
	assert_true(filter_build(code, rows, 10) > 0);
}

static void each_call_that_is_told_of_has_a_handler(void **state)
{
	size_t count;
	const struct call_row *rows = call_rows(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		bool is_denied =
			rows[i].when == DENY || rows[i].when == DENY_WHEN;

		assert_true(is_denied == !rows[i].fn);
		if (rows[i].fn)
			assert_ptr_equal(call_row_of(rows[i].nr)->fn,
					 rows[i].fn);
	}
	assert_null(call_row_of(SYS_read));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading_and_waiting_are_the_kernels),
		cmocka_unit_test(names_of_the_network_are_told),
		cmocka_unit_test(only_unix_sockets_are_made_by_the_kernel),
		cmocka_unit_test(high_halves_of_a_family_do_not_hide_it),
		cmocka_unit_test(
			a_message_is_told_of_if_its_flags_mean_something),
		cmocka_unit_test(a_message_is_told_of_if_it_has_an_address),
		cmocka_unit_test(questions_about_interfaces_are_told),
		cmocka_unit_test(memory_that_is_shared_with_a_file_is_told),
		cmocka_unit_test(there_are_no_rings),
		cmocka_unit_test(nobody_hides_his_memory),
		cmocka_unit_test(another_architecture_is_killed),
#if defined(__x86_64__)
		cmocka_unit_test(x32_calls_do_not_exist),
#endif
		cmocka_unit_test(a_table_too_long_is_refused),
		cmocka_unit_test(each_call_that_is_told_of_has_a_handler),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
