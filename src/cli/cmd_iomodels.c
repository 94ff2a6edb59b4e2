// SPDX-License-Identifier: MIT
/*
 * cmd_iomodels.c - weft iomodels: one echo service in every model of I/O
 *
 * Counts (calls, sleeps, looks, copies) are the same in every run; times and
 * memory are those of this machine and of this moment.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"

#include "cli/cli.h"
#include "cli/iomodels.h"
#include "os/stop.h"
#include "trace/json.h"

enum { COUNTS_MAX = 8 };

static const char help[] =
	"usage: weft iomodels [--connections N[,N...]] [--requests N] "
	"[--at-once N]\n"
	"                     [--model NAME] [--json]\n\n"
	"One echo service, written in every model of I/O, answers requests\n"
	"that come over N connections in turn; says what that costs, and why.\n"
	"\n"
	"  --connections LIST  how many; 10,1000 unless given, up to 200000\n"
	"  --requests N        requests for each measurement; 2000\n"
	"  --at-once N         requests under way at any time; 8\n"
	"  --model NAME        only this one:\n"
	"                      ";

static const char help_rest[] =
	"\n"
	"  --json              for programs\n\n"
	"examples:\n"
	"  weft iomodels\n"
	"  weft iomodels --connections 10,100,1000,10000\n"
	"  weft iomodels --model epoll --connections 100000\n";

struct args {
	int connections[COUNTS_MAX];
	int count;
	int at_once;
	uint64_t requests;
	const struct iom_model *only;
	bool is_json;
};

static int put_help(void)
{
	int i, column = 0;

	fputs(help, stdout);
	for (i = 0; i < iom_model_count; i++) {
		const char *comma = i + 1 < iom_model_count ? ", " : "";

		if (column > 40) {
			fputs("\n                      ", stdout);
			column = 0;
		}
		column += printf("%s%s", iom_models[i].name, comma);
	}
	return fputs(help_rest, stdout) < 0 ? CLI_FAILED : CLI_OK;
}

/* A number from 1 to @max, up to a character of @ends; 0: it is none. */
static uint64_t read_number(const char **text, uint64_t max)
{
	char *end;
	unsigned long long n;

	if (**text < '0' || **text > '9')
		return 0;
	errno = 0;
	n = strtoull(*text, &end, 10);
	*text = end;
	return errno || n > max ? 0 : n;
}

static int read_connections(struct args *a, const char *text)
{
	const char *at = text;

	a->count = 0;
	for (;;) {
		uint64_t n = read_number(&at, IOM_CONNECTIONS_MAX);

		if (!n || a->count == COUNTS_MAX || (*at && *at != ','))
			return cli_usage("iomodels",
					 "'%s' is no list of at most %d "
					 "numbers from 1 to %d",
					 text, COUNTS_MAX, IOM_CONNECTIONS_MAX);
		a->connections[a->count++] = (int)n;
		if (!*at++)
			return -1;
	}
}

static int read_one(const char *option, const char *text, uint64_t max,
		    uint64_t *n)
{
	const char *at = text;

	*n = read_number(&at, max);
	if (*n && !*at)
		return -1;
	return cli_usage("iomodels",
			 "--%s '%s' is no number from 1 to %" PRIu64, option,
			 text, max);
}

static int read_model(struct args *a, const char *name)
{
	int i;

	for (i = 0; i < iom_model_count; i++)
		if (!strcmp(name, iom_models[i].name)) {
			a->only = &iom_models[i];
			return -1;
		}
	return cli_usage("iomodels", "there is no model '%s'", name);
}

static int read_option(struct args *a, int c, const char *text)
{
	uint64_t n = 0;
	int status;

	if (c == 'c')
		return read_connections(a, text);
	if (c == 'm')
		return read_model(a, text);
	if (c == 'r')
		return read_one("requests", text, 1000000000, &a->requests);
	if (c != 'a')
		return -1;
	status = read_one("at-once", text, 1000, &n);
	a->at_once = (int)n;
	return status;
}

/* -1: go on. */
static int parse_args(int argc, char **argv, struct args *a)
{
	static const struct option longs[] = {
		{"connections", required_argument, NULL, 'c'},
		{"requests", required_argument, NULL, 'r'},
		{"at-once", required_argument, NULL, 'a'},
		{"model", required_argument, NULL, 'm'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int c, status;

	opterr = 0;
	optind = 1;
	while ((c = getopt_long(argc, argv, ":h", longs, NULL)) != -1) {
		if (c == 'h')
			return put_help();
		if (c == '?' || c == ':')
			return cli_usage("iomodels", "what is '%s'?",
					 argv[optind - 1]);
		a->is_json |= c == 'j';
		status = read_option(a, c, optarg);
		if (status != -1)
			return status;
	}
	if (optind < argc)
		return cli_usage("iomodels", "what is '%s'?", argv[optind]);
	return -1;
}

/* On a terminal only: a line that is written over. */
static void on_progress(void *arg, const char *what, uint64_t done,
			uint64_t all)
{
	const struct iom_job *job = arg;

	fprintf(stderr, "\r  %s: %" PRIu64 " of %" PRIu64 " %s ",
		job->model->title, done, all, what);
}

static void wipe_progress(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

/* Why a measurement could not be made. */
static const char *reason_of(const struct iom_job *job,
			     const struct iom_result *r, char *buf, size_t size)
{
	const char *no = job->model->cannot
				 ? job->model->cannot(job->connections)
				 : NULL;

	if (no)
		return no;
	if (!r->err)
		return NULL;
	snprintf(buf, size, "after %d of %d: %s", r->reached, job->connections,
		 r->err == -EAGAIN ? "the system makes no more threads (EAGAIN)"
				   : strerror(-r->err));
	return buf;
}

static void put_json(const struct iom_job *job, const struct iom_result *r,
		     const char *cannot, struct strbuf *out)
{
	struct json j = json_begin(out);

	json_open(&j, '{');
	json_key_text(&j, "model", job->model->name);
	json_key_num(&j, "connections", job->connections);
	if (cannot) {
		json_key_text(&j, "cannot", cannot);
	} else {
		json_key_num(&j, "requests", (int64_t)r->requests);
		json_key_num(&j, "wall_ns", (int64_t)r->wall_ns);
		json_key_num(&j, "cpu_ns", (int64_t)r->cpu_ns);
		json_key_num(&j, "wakeups", (int64_t)r->sleeps);
		json_key_num(&j, "calls", (int64_t)r->calls);
		json_key_num(&j, "looks", (int64_t)r->looks);
		json_key_num(&j, "switches", (int64_t)r->switches);
		json_key_num(&j, "copied", (int64_t)r->copied);
		json_key_num(&j, "memory", (int64_t)r->memory);
		json_key_text(&j, "why", job->model->why);
	}
	json_close(&j, '}');
}

static void put_heading(struct strbuf *out)
{
	strbuf_puts(out,
		    "                            per request:\n"
		    "model                       req/s   CPU us  wake-ups"
		    "    calls     looks  switches  copies  memory each\n");
}

/* Three digits or so, whatever the size. */
static void put_each(struct strbuf *out, int width, uint64_t n, uint64_t by)
{
	double each = (double)n / (double)by;

	strbuf_printf(out, "%*.*f", width,
		      each >= 100 || each == 0 ? 0
		      : each >= 10	       ? 1
					       : 2,
		      each);
}

static void put_row(const struct iom_job *job, const struct iom_result *r,
		    struct strbuf *out)
{
	uint64_t n = r->requests;

	strbuf_printf(out, "%-24s%9.0f", job->model->title,
		      (double)n * 1e9 / (double)r->wall_ns);
	put_each(out, 9, r->cpu_ns, n * 1000);
	put_each(out, 10, r->sleeps, n);
	put_each(out, 9, r->calls, n);
	put_each(out, 10, r->looks, n);
	put_each(out, 10, r->switches, n);
	put_each(out, 8, r->copied, n * 2 * IOM_OCTETS);
	put_each(out, 10, r->memory,
		 (uint64_t)job->connections * UINT64_C(1024));
	strbuf_puts(out, " KB\n");
}

/* A sentence below its row, broken at 76 columns. */
static void put_sentence(struct strbuf *out, const char *text)
{
	size_t column = 4;

	strbuf_puts(out, "    ");
	while (*text) {
		size_t len = strcspn(text, " ");

		if (column + len > 76) {
			strbuf_puts(out, "\n    ");
			column = 4;
		}
		strbuf_add(out, text, len);
		text += len;
		column += len + 1;
		if (*text == ' ') {
			strbuf_putc(out, ' ');
			text++;
		}
	}
	strbuf_putc(out, '\n');
}

/* 0, -EINTR, or another -errno. */
static int run_one(const struct args *a, struct iom_job *job,
		   struct strbuf *out)
{
	const char *cannot = NULL;
	struct iom_result r = {.err = 0};
	char buf[160];
	int err = 0;

	if (!job->model->cannot || !job->model->cannot(job->connections))
		err = iom_measure(job, &r);
	wipe_progress();
	if (err)
		return err;
	cannot = reason_of(job, &r, buf, sizeof(buf));
	if (a->is_json) {
		put_json(job, &r, cannot, out);
		return 0;
	}
	if (cannot)
		strbuf_printf(out, "%-24s        -\n", job->model->title);
	else
		put_row(job, &r, out);
	put_sentence(out, cannot ? cannot : job->model->why);
	return 0;
}

/* What is said between the rows. */
static void put_between(const struct args *a, int index, int row,
			struct strbuf *out)
{
	if (a->is_json)
		strbuf_puts(out, index || row ? ",\n" : "[");
	else if (!row) {
		strbuf_printf(out, "%s%d connections\n", index ? "\n" : "",
			      a->connections[index]);
		put_heading(out);
	}
}

static int run_model(const struct args *a, int index, int row,
		     struct iom_job *job)
{
	struct strbuf out;
	struct mem mem;
	int status;

	mem_init_libc(&mem);
	strbuf_init(&out, &mem);
	put_between(a, index, row, &out);
	status = run_one(a, job, &out);
	if (status == -EINTR) {
		fprintf(stderr, "weft iomodels: interrupted\n");
		status = CLI_FAILED;
	} else if (status) {
		fprintf(stderr, "weft iomodels: %s\n", strerror(-status));
		status = CLI_FAILED;
	} else {
		status = cli_put(&out);
	}
	strbuf_fini(&out);
	return status;
}

static int run_all(const struct args *a, int stop_fd)
{
	int i, m, row, status = CLI_OK;

	for (i = 0; i < a->count && status == CLI_OK; i++)
		for (m = row = 0; m < iom_model_count && status == CLI_OK;
		     m++) {
			struct iom_job job = {
				.model = &iom_models[m],
				.connections = a->connections[i],
				.at_once = a->at_once,
				.requests = a->requests,
				.stop_fd = stop_fd,
			};

			if (a->only && a->only != job.model)
				continue;
			if (isatty(STDERR_FILENO))
				job.on_progress = on_progress;
			job.arg = &job;
			status = run_model(a, i, row++, &job);
		}
	if (a->is_json)
		puts("]");
	return status;
}

int cmd_iomodels(int argc, char **argv)
{
	struct args a = {
		.connections = {10, 1000},
		.count = 2,
		.at_once = 8,
		.requests = 2000,
	};
	int status = parse_args(argc, argv, &a), stop_fd;

	if (status != -1)
		return status;
	stop_fd = os_stop_open();
	if (stop_fd < 0) {
		fprintf(stderr, "weft iomodels: %s\n", strerror(-stop_fd));
		return CLI_FAILED;
	}
	status = run_all(&a, stop_fd);
	os_stop_close(stop_fd);
	return status;
}
