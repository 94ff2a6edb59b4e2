// SPDX-License-Identifier: MIT
/*
 * cmd_drill.c - weft drill: play conversation scripts
 *
 * Theory of operation
 * ===================
 * Every script gets a stack of its own.  With -j the scripts are dealt out to
 * processes, each of which writes what it has to say into a pipe as lines of
 * its own; so a script that brings a stack down takes nobody with it but its
 * process, and that is told.
 */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/drill_report.h"
#include "drill/host.h"

static const char help[] =
	"usage: weft drill [-v] [-q] [--strict] [--json|--tap] [-j N] "
	"FILE|DIR...\n\n"
	"Plays conversation scripts (packetdrill's notation) against a stack\n"
	"of its own each, in virtual time, and tells where one went wrong.\n\n"
	"  -v, --verbose   the conversation of every script\n"
	"  -q, --quiet     no ladder of those that failed\n"
	"  --strict        packets that a script does not mention are "
	"failures\n"
	"  --check         only read the scripts\n"
	"  --json          for programs: one object for each script\n"
	"  --tap           for test harnesses: one line for each script\n"
	"  --ascii         no characters beyond ASCII\n"
	"  -j, --jobs N    N scripts at a time\n\n"
	"exit status: 0 all passed, 1 one did not, 2 wrong arguments or a "
	"script\n"
	"that cannot be read\n\n"
	"examples:\n"
	"  weft drill tests/script\n"
	"  weft drill -v tests/script/handshake/passive.pkt\n"
	"  weft drill --json -j 4 tests/script > result.json\n";

enum { FILES_MAX = 100000, JOBS_MAX = 64 };

struct args {
	struct drill_style style;
	unsigned int flags;
	bool is_check;
	int jobs;
};

/* All scripts, in the order of their names. */
struct files {
	char **path;
	size_t count, room;
};

static int add_file(struct files *files, const char *path)
{
	if (files->count == FILES_MAX)
		return -E2BIG;
	if (files->count == files->room) {
		size_t room = files->room ? files->room * 2 : 64;
		char **p = realloc(files->path, room * sizeof(*p));

		if (!p)
			return -ENOMEM;
		files->path = p;
		files->room = room;
	}
	files->path[files->count] = strdup(path);
	return files->path[files->count] ? (files->count++, 0) : -ENOMEM;
}

static bool is_script(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && !strcmp(name + n - 4, ".pkt");
}

/* A folder's scripts and those of the folders in it. */
static int add_path(struct files *files, const char *path, int depth)
{
	struct dirent **names;
	struct stat st;
	int err = 0, i, n;

	if (stat(path, &st))
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return add_file(files, path);
	n = depth < 16 ? scandir(path, &names, NULL, alphasort) : 0;
	if (n < 0)
		return -errno;
	for (i = 0; i < n; i++) {
		char sub[4096];

		snprintf(sub, sizeof(sub), "%s/%s", path, names[i]->d_name);
		if (!err && names[i]->d_name[0] != '.' && !stat(sub, &st) &&
		    (S_ISDIR(st.st_mode) || is_script(sub)))
			err = add_path(files, sub, depth + 1);
		free(names[i]);
	}
	free(n ? names : NULL);
	return err;
}

static void files_fini(struct files *files)
{
	while (files->count)
		free(files->path[--files->count]);
	free(files->path);
}

static int parse_jobs(const char *text, int *jobs)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*end || n < 1 || n > JOBS_MAX)
		return cli_usage("drill", "'%s' is no number of jobs", text);
	*jobs = (int)n;
	return -1;
}

/* -1: go on. */
static int parse_args(int argc, char **argv, struct args *a)
{
	static const struct option longs[] = {
		{"verbose", no_argument, NULL, 'v'},
		{"quiet", no_argument, NULL, 'q'},
		{"strict", no_argument, NULL, 's'},
		{"check", no_argument, NULL, 'c'},
		{"json", no_argument, NULL, 'J'},
		{"tap", no_argument, NULL, 't'},
		{"ascii", no_argument, NULL, 'a'},
		{"jobs", required_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int c;

	opterr = 0;
	optind = 1;
	while ((c = getopt_long(argc, argv, ":vqj:h", longs, NULL)) != -1) {
		if (c == 'v')
			a->style.is_verbose = true;
		else if (c == 'q')
			a->style.is_quiet = true;
		else if (c == 's')
			a->flags |= DRILL_STRICT;
		else if (c == 'c')
			a->is_check = true;
		else if (c == 'J')
			a->style.form = DRILL_JSON;
		else if (c == 't')
			a->style.form = DRILL_TAP;
		else if (c == 'a')
			a->style.is_ascii = true;
		else if (c == 'j' && parse_jobs(optarg, &a->jobs) != -1)
			return CLI_USAGE;
		else if (c == 'h')
			return fputs(help, stdout) < 0 ? CLI_FAILED : CLI_OK;
		else if (c != 'j')
			return cli_usage("drill", "what is '%s'?",
					 argv[optind - 1]);
	}
	if (optind == argc)
		return cli_usage("drill", "which file or folder?");
	return -1;
}

/* Play one script that was read. */
static int play(const struct drill_script *script, const struct args *a,
		struct drill_result *res)
{
	struct drill_host *host = drill_host_new(drill_config(script));
	int err;

	if (!host)
		return -ENOMEM;
	err = drill_play(script, &host->port, a->flags, res);
	drill_host_free(host);
	return err;
}

static enum drill_verdict run_loaded(struct drill_told *told,
				     const struct args *a, struct strbuf *out)
{
	struct drill_result res = {0};
	enum drill_verdict verdict;
	int err;

	told->about = drill_about(told->script);
	if (a->is_check) {
		drill_report_good(told, &a->style, out);
		return DRILL_PASSED;
	}
	err = play(told->script, a, &res);
	if (err) {
		drill_report_error(told, &a->style, strerror(-err), out);
		verdict = DRILL_WRONG;
	} else {
		drill_report(told, &a->style, &res, out);
		verdict = res.has_passed ? DRILL_PASSED : DRILL_FAILED;
	}
	if (res.run)
		drill_result_fini(&res);
	return verdict;
}

/* One script, from its file to what is to be said about it. */
static enum drill_verdict run_file(const char *path, size_t number,
				   const struct args *a, struct strbuf *out)
{
	struct drill_told told = {.path = path, .number = number};
	struct drill_error wrong;
	enum drill_verdict verdict = DRILL_WRONG;
	struct strbuf text;
	struct mem mem;
	int err;

	mem_init_libc(&mem);
	strbuf_init(&text, &mem);
	err = cli_read_file(path, &text);
	if (!err)
		err = drill_load(&told.script, &mem, strbuf_text(&text),
				 text.len, &wrong);
	if (!err)
		verdict = run_loaded(&told, a, out);
	else if (err == -EINVAL)
		drill_report_wrong(&told, &a->style, &wrong, out);
	else
		drill_report_error(&told, &a->style, strerror(-err), out);
	drill_free(told.script);
	strbuf_fini(&text);
	return verdict;
}

/* Every @jobs-th script from @first on; what they came to goes into @sum. */
static int run_share(const struct files *files, size_t first,
		     const struct args *a, struct drill_sum *sum)
{
	struct strbuf out;
	struct mem mem;
	int status = CLI_OK;
	size_t i;

	mem_init_libc(&mem);
	strbuf_init(&out, &mem);
	for (i = first; i < files->count && status == CLI_OK;
	     i += (size_t)a->jobs) {
		enum drill_verdict v = run_file(files->path[i], i + 1, a, &out);

		sum->count[v]++;
		if (out.len)
			status = cli_put(&out);
		strbuf_clear(&out);
	}
	strbuf_fini(&out);
	return status;
}

/* A process for each share; its counts come back by a pipe. */
static int start_share(const struct files *files, size_t first,
		       const struct args *a, int *from)
{
	struct drill_sum sum = {0};
	int fds[2], status;
	pid_t pid;

	if (pipe(fds))
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid) {
		close(fds[1]);
		*from = fds[0];
		return 0;
	}
	close(fds[0]);
	status = run_share(files, first, a, &sum);
	(void)fflush(stdout);
	if (write(fds[1], &sum, sizeof(sum)) != (ssize_t)sizeof(sum))
		status = CLI_FAILED;
	_exit(status);
}

static int run_jobs(const struct files *files, const struct args *a,
		    struct drill_sum *sum)
{
	int from[JOBS_MAX] = {0}, i, status, ret = CLI_OK;

	(void)fflush(stdout);
	for (i = 0; i < a->jobs; i++)
		if (start_share(files, (size_t)i, a, &from[i]))
			return CLI_FAILED;
	for (i = 0; i < a->jobs; i++) {
		struct drill_sum part = {0};

		if (read(from[i], &part, sizeof(part)) != (ssize_t)sizeof(part))
			part.count[DRILL_WRONG] = 1; /* it died */
		close(from[i]);
		drill_sum_add(sum, &part);
	}
	while (wait(&status) > 0)
		if (!WIFEXITED(status) || WEXITSTATUS(status) != CLI_OK)
			ret = CLI_FAILED;
	return ret;
}

static int run_all(const struct files *files, struct args *a)
{
	struct drill_sum sum = {0};
	struct strbuf out;
	struct mem mem;
	int status;

	mem_init_libc(&mem);
	strbuf_init(&out, &mem);
	if ((size_t)a->jobs > files->count)
		a->jobs = (int)files->count;
	drill_report_begin(&a->style, files->count, &out);
	status = out.len ? cli_put(&out) : CLI_OK;
	strbuf_clear(&out);
	if (status == CLI_OK)
		status = a->jobs > 1 ? run_jobs(files, a, &sum)
				     : run_share(files, 0, a, &sum);
	drill_report_end(&a->style, &sum, &out);
	if (out.len && status == CLI_OK)
		status = cli_put(&out);
	strbuf_fini(&out);
	if (status != CLI_OK)
		return status;
	if (sum.count[DRILL_WRONG])
		return CLI_USAGE;
	return sum.count[DRILL_FAILED] ? CLI_FAILED : CLI_OK;
}

int cmd_drill(int argc, char **argv)
{
	struct args a = {.jobs = 1};
	struct files files = {0};
	int status = parse_args(argc, argv, &a);

	if (status != -1)
		return status;
	for (status = CLI_OK; optind < argc && status == CLI_OK; optind++) {
		int err = add_path(&files, argv[optind], 0);

		if (err) {
			fprintf(stderr, "weft drill: %s: %s\n", argv[optind],
				strerror(-err));
			status = CLI_USAGE;
		}
	}
	if (status == CLI_OK && !files.count)
		status = cli_usage("drill", "there is no script (*.pkt) there");
	if (status == CLI_OK)
		status = run_all(&files, &a);
	files_fini(&files);
	return status;
}
