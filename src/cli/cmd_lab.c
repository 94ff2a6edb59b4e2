// SPDX-License-Identifier: MIT
/*
 * cmd_lab.c - weft lab: check, show and run lab files
 */
#include "cli/cmd_lab.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"

#include "cli/cli.h"
#include "lab/lab.h"
#include "lab/schema.h"

static const char help[] =
	"usage: weft lab run FILE [-o|--out DIR] [--seed N] [--twice]\n"
	"                    [-q|-v|-vv] [--json] [--ascii]\n"
	"       weft lab check FILE...\n"
	"       weft lab show FILE\n"
	"       weft lab keys\n"
	"       weft lab schema\n\n"
	"  run      let it happen, write the log and the captures, and compare "
	"with\n"
	"           what the file expects; --twice: a second time, and "
	"compare\n"
	"  check    say what is wrong with a lab file, and where\n"
	"  show     the whole lab, everything that the file leaves out filled "
	"in;\n"
	"           what is printed is a lab file again\n"
	"  keys     every key that a lab file may have, and what it means\n"
	"  schema   JSON Schema of lab files, for editors and generators\n\n"
	"exit status: 0 all expectations hold, 1 one does not, 2 the file is "
	"wrong\n\n"
	"examples:\n"
	"  weft lab run labs/url-journey.yaml\n"
	"  weft lab check labs/url-journey.yaml\n"
	"  weft lab show labs/url-journey.yaml > full.yaml\n";

int cmd_lab_load(struct lab *lab, struct mem *mem, const char *file)
{
	int error = lab_load_file(lab, mem, file);
	struct strbuf sb;

	if (!error)
		return CLI_OK;
	if (error != -EINVAL || !lab->diag.count) {
		fprintf(stderr, "weft lab: %s: %s\n", file, strerror(-error));
		return CLI_USAGE;
	}
	strbuf_init(&sb, mem);
	diag_print(&lab->diag, &sb);
	if (sb.error)
		fprintf(stderr,
			"weft lab: %s: it is wrong, and there is no "
			"memory to say why\n",
			file);
	else
		fputs(strbuf_text(&sb), stderr);
	strbuf_fini(&sb);
	return CLI_USAGE;
}

static int run_check(int argc, char **argv)
{
	int status = CLI_OK;
	struct lab lab;
	struct mem mem;

	if (argc < 2)
		return cli_usage("lab check", "which file?");
	mem_init_libc(&mem);
	for (int i = 1; i < argc; i++) {
		if (cmd_lab_load(&lab, &mem, argv[i]) != CLI_OK)
			status = CLI_USAGE;
		else
			printf("%s: good\n", argv[i]);
		lab_fini(&lab);
	}
	return status;
}

static int run_show(int argc, char **argv)
{
	struct strbuf sb;
	struct lab lab;
	struct mem mem;
	int status;

	if (argc != 2)
		return cli_usage("lab show", "one file is wanted");
	mem_init_libc(&mem);
	strbuf_init(&sb, &mem);
	status = cmd_lab_load(&lab, &mem, argv[1]);
	if (status == CLI_OK) {
		lab_show(&lab, &sb);
		status = cli_put(&sb);
	}
	lab_fini(&lab);
	strbuf_fini(&sb);
	return status;
}

/* What the table of keys has to say, in one form or another. */
static int put_schema(int argc, const char *name, void (*put)(struct strbuf *))
{
	struct strbuf sb;
	struct mem mem;
	int status;

	if (argc != 1)
		return cli_usage(name, "no arguments are wanted");
	mem_init_libc(&mem);
	strbuf_init(&sb, &mem);
	put(&sb);
	status = cli_put(&sb);
	strbuf_fini(&sb);
	return status;
}

static int run_schema(int argc, char **argv)
{
	(void)argv;
	return put_schema(argc, "lab schema", schema_json);
}

static int run_keys(int argc, char **argv)
{
	(void)argv;
	return put_schema(argc, "lab keys", schema_text);
}

int cmd_lab_help(void)
{
	fputs(help, stdout);
	return CLI_OK;
}

/* `weft lab --help`, and `weft lab check --help` for those without options. */
static bool wants_help(int argc, char **argv)
{
	const char *last = argv[argc - 1];

	return argc <= 2 && (!strcmp(last, "--help") || !strcmp(last, "-h"));
}

int cmd_lab(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} verbs[] = {
		{"run", cmd_lab_run}, {"check", run_check},
		{"show", run_show},   {"schema", run_schema},
		{"keys", run_keys},
	};

	if (argc < 2)
		return cli_usage("lab", "run, check, show, keys or schema?");
	if (wants_help(argc - 1, argv + 1))
		return cmd_lab_help();
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(argv[1], verbs[i].name))
			return verbs[i].run(argc - 1, argv + 1);
	return cli_usage("lab", "there is no 'weft lab %s'", argv[1]);
}
