// SPDX-License-Identifier: MIT
/*
 * plugin_scripts.c - every conversation script through the plug-in, too
 *
 *	plugin_scripts OBJECT FOLDER
 *
 * One line of TAP for each script.  What a script sets by `sysctl` goes into
 * a folder of files, which the plug-in is told to read in place of /proc.
 */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin_port.h"

#define SCRIPTS_MAX 4096

static struct {
	char *path[SCRIPTS_MAX];
	size_t count;
	plugin_init_fn *init;
	char sysctl[64];
} all;

static bool is_script(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && !strcmp(name + n - 4, ".pkt");
}

static void find_scripts(const char *dir)
{
	struct dirent **names;
	int i, n = scandir(dir, &names, NULL, alphasort);

	for (i = 0; i < n; i++) {
		char path[4096];
		struct stat st;

		snprintf(path, sizeof(path), "%s/%s", dir, names[i]->d_name);
		if (names[i]->d_name[0] != '.' && !stat(path, &st)) {
			if (S_ISDIR(st.st_mode))
				find_scripts(path);
			else if (is_script(path) && all.count < SCRIPTS_MAX)
				all.path[all.count++] = strdup(path);
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

static void clear_sysctl(void)
{
	DIR *dir = opendir(all.sysctl);
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		char path[512];

		snprintf(path, sizeof(path), "%s/%s", all.sysctl, e->d_name);
		if (e->d_name[0] != '.')
			unlink(path);
	}
	if (dir)
		closedir(dir);
}

static int read_file(const char *path, struct strbuf *out)
{
	FILE *f = fopen(path, "re");
	char buf[4096];
	size_t n;

	if (!f)
		return -errno;
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		strbuf_add(out, buf, n);
	(void)fclose(f);
	return out->error;
}

/* What the tool would take from the script's option lines and pass on. */
static void flags_of(const struct drill_config *cfg, char *flags, size_t room)
{
	uint32_t a = cfg->local_ip;

	snprintf(flags, room, "local_ip=%u.%u.%u.%u,mtu=%u,sysctl=%s", a >> 24,
		 a >> 16 & 255, a >> 8 & 255, a & 255, cfg->mtu, all.sysctl);
}

static void print_result(size_t number, const char *path,
			 const struct drill_result *res)
{
	printf("%sok %zu - %s\n", res->has_passed ? "" : "not ", number, path);
	if (!res->has_passed)
		printf("# %s:%u:%u: %s\n# expected: %s\n#      was: %s\n", path,
		       res->pos.line, res->pos.column, strbuf_text(&res->what),
		       strbuf_text(&res->expected), strbuf_text(&res->actual));
	(void)fflush(stdout);
}

static bool play(const struct drill_script *script, size_t number,
		 const char *path)
{
	static struct plugin_port port;
	struct drill_result res;
	char flags[256];
	bool has_passed;

	flags_of(drill_config(script), flags, sizeof(flags));
	if (plugin_port_init(&port, all.init, flags))
		return false;
	if (drill_play(script, &port.port, 0, &res))
		return false;
	print_result(number, path, &res);
	has_passed = res.has_passed;
	if (!has_passed)
		return false; /* a thread may still sit in a call */
	drill_result_fini(&res);
	plugin_port_fini(&port);
	return true;
}

static bool run(size_t number, const char *path)
{
	struct drill_script *script = NULL;
	struct drill_error err;
	struct strbuf text;
	struct mem mem;
	bool ok = false;

	mem_init_libc(&mem);
	strbuf_init(&text, &mem);
	clear_sysctl();
	if (read_file(path, &text) ||
	    drill_load(&script, &mem, strbuf_text(&text), text.len, &err))
		printf("not ok %zu - %s\n# it cannot be read\n", number, path);
	else
		ok = play(script, number, path);
	if (ok)
		drill_free(script);
	strbuf_fini(&text);
	return ok;
}

int main(int argc, char **argv)
{
	bool ok = true;
	size_t i;

	if (argc != 3) {
		fputs("usage: plugin_scripts OBJECT FOLDER\n", stderr);
		return 2;
	}
	all.init = plugin_load(argv[1]);
	snprintf(all.sysctl, sizeof(all.sysctl), "/tmp/weft-drill-XXXXXX");
	if (!all.init || !mkdtemp(all.sysctl) ||
	    setenv("DRILL_SYSCTL", all.sysctl, 1))
		return 2;
	find_scripts(argv[2]);
	printf("TAP version 13\n1..%zu\n", all.count);
	for (i = 0; i < all.count; i++) {
		ok &= run(i + 1, all.path[i]);
		free(all.path[i]);
	}
	clear_sysctl();
	rmdir(all.sysctl);
	return ok ? 0 : 1;
}
