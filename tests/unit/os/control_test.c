// SPDX-License-Identifier: MIT
/* control_test.c - a running lab is asked: by people, and by fools */

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"

#include "core/env.h"

#include "os/control.h"
#include "os/control_int.h"
#include "os/pace.h"

enum { LARGE = 4 << 20, CROWD = 12 };

struct fixture {
	char folder[64];
	struct mem mem;
	struct pace pace;
	struct control *control;
	struct sockaddr_un un;
	int asked;
};

static struct fixture f;

static void answer(void *arg, const char *question, struct strbuf *out)
{
	assert_ptr_equal(arg, &f);
	f.asked++;
	if (!strcmp(question, "large"))
		strbuf_fill(out, 'x', LARGE);
	else
		strbuf_printf(out, "you said: %s\n", question);
}

static int set_up(void **state)
{
	static const char folder[] = "/tmp/weft-control-XXXXXX";

	(void)state;
	memset(&f, 0, sizeof(f));
	memcpy(f.folder, folder, sizeof(folder));
	assert_non_null(mkdtemp(f.folder));
	assert_int_equal(setenv("XDG_RUNTIME_DIR", f.folder, 1), 0);
	mem_init_libc(&f.mem);
	pace_init(&f.pace, 0);
	assert_int_equal(control_open(&f.control, &f.mem, &f.pace, answer, &f),
			 0);
	assert_int_equal(control_address(&f.un, (int)getpid(), false), 0);
	return 0;
}

static void remove_folder(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/weft", f.folder);
	assert_int_equal(rmdir(path), 0); /* nothing is left in it */
	assert_int_equal(rmdir(f.folder), 0);
}

static int tear_down(void **state)
{
	(void)state;
	control_close(f.control);
	remove_folder();
	return 0;
}

static int join(void)
{
	int fd = control_connect(&f.un, false);

	assert_true(fd >= 0);
	return fd;
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL),
			 strlen(text));
}

/* The lab goes on for a while: it never has to wait. */
static void turns(int n)
{
	while (n--)
		assert_int_equal(pace_poll(&f.pace), 0);
}

/* What comes now, -1: nothing yet. */
static ssize_t hear(int fd, char *buf, size_t size)
{
	return recv(fd, buf, size, MSG_DONTWAIT);
}

static void assert_closed(int fd)
{
	char c;
	ssize_t n = hear(fd, &c, 1);

	assert_true(n == 0 || (n < 0 && errno == ECONNRESET));
	close(fd);
}

static void a_question_is_answered(void **state)
{
	int fd = join();
	char buf[64] = "";

	(void)state;
	say(fd, "look\n");
	turns(3);
	assert_int_equal(hear(fd, buf, sizeof(buf)), 15);
	assert_string_equal(buf, "you said: look\n");
	assert_closed(fd);
}

static void a_question_may_come_in_pieces(void **state)
{
	int fd = join();
	char buf[64] = "";

	(void)state;
	for (const char *p = "look\n"; *p; p++) {
		assert_int_equal(f.asked, 0);
		assert_int_equal(send(fd, p, 1, MSG_NOSIGNAL), 1);
		turns(2);
	}
	assert_int_equal(hear(fd, buf, sizeof(buf)), 15);
	close(fd);
}

static void only_its_user_may_open_it(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat(f.un.sun_path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	*strrchr(f.un.sun_path, '/') = '\0';
	assert_int_equal(stat(f.un.sun_path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
}

static void who_sends_no_end_of_line_is_closed(void **state)
{
	char garbage[2 * CONTROL_LINE_MAX];
	int fd = join();

	(void)state;
	memset(garbage, 0xff, sizeof(garbage));
	assert_true(send(fd, garbage, sizeof(garbage), MSG_NOSIGNAL) > 0);
	turns(3);
	assert_closed(fd);
	assert_int_equal(f.asked, 0);
}

static void who_goes_away_is_forgotten(void **state)
{
	int fd = join();

	(void)state;
	say(fd, "large\n");
	turns(2);
	close(fd);
	turns(3);
	fd = join();
	turns(1);
	close(fd);
	turns(2);
	a_question_is_answered(NULL);
}

/* The answer is larger than what the kernel keeps for the one who asked. */
static void who_does_not_read_is_shown_the_door(void **state)
{
	char buf[4096];
	size_t got = 0;
	ssize_t n;
	int fd = join();

	(void)state;
	say(fd, "large\n");
	turns(4);
	f.pace.offset_ns += 9 * NS_PER_S;
	turns(2);
	a_question_is_answered(NULL);
	f.pace.offset_ns += 2 * NS_PER_S;
	turns(2);
	while ((n = hear(fd, buf, sizeof(buf))) > 0)
		got += (size_t)n;
	assert_in_range(got, 1, LARGE - 1);
	assert_closed(fd);
}

static void who_reads_slowly_gets_all_of_it(void **state)
{
	static char buf[65536];
	size_t got = 0;
	ssize_t n = 1;
	int fd = join();

	(void)state;
	say(fd, "large\n");
	while (n) {
		turns(1);
		n = hear(fd, buf, sizeof(buf));
		if (n > 0)
			got += (size_t)n;
	}
	assert_int_equal(got, LARGE);
	close(fd);
}

static void a_crowd_makes_the_oldest_go(void **state)
{
	int fds[CROWD], i;

	(void)state;
	for (i = 0; i < CROWD; i++) {
		fds[i] = control_connect(&f.un, false);
		turns(2);
	}
	assert_closed(fds[0]);
	say(fds[CROWD - 1], "look\n");
	turns(3);
	assert_int_equal(f.asked, 1);
	for (i = 1; i < CROWD; i++)
		close(fds[i]);
}

static void what_the_dead_have_left_is_removed(void **state)
{
	struct sockaddr_un un;
	struct stat st;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	assert_int_equal(control_address(&un, 1 << 22, false), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	close(fd);
	assert_int_equal(control_newest(), getpid());
	assert_int_equal(stat(un.sun_path, &st), -1);
}

static void a_folder_open_to_others_is_not_used(void **state)
{
	struct control *other;
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/weft", f.folder);
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(control_open(&other, &f.mem, &f.pace, answer, &f),
			 -EPERM);
	assert_int_equal(control_newest(), 0);
	assert_int_equal(chmod(path, 0700), 0);
}

static void nobody_answers_where_no_lab_runs(void **state)
{
	struct strbuf sb;

	(void)state;
	strbuf_init(&sb, &f.mem);
	assert_int_equal(control_ask(1, "look", &sb), -ESRCH);
	control_close(f.control);
	f.control = NULL;
	assert_int_equal(control_ask(0, "look", &sb), -ESRCH);
	strbuf_fini(&sb);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_question_is_answered),
		TEST(a_question_may_come_in_pieces),
		TEST(only_its_user_may_open_it),
		TEST(who_sends_no_end_of_line_is_closed),
		TEST(who_goes_away_is_forgotten),
		TEST(who_does_not_read_is_shown_the_door),
		TEST(who_reads_slowly_gets_all_of_it),
		TEST(a_crowd_makes_the_oldest_go),
		TEST(what_the_dead_have_left_is_removed),
		TEST(a_folder_open_to_others_is_not_used),
		TEST(nobody_answers_where_no_lab_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
