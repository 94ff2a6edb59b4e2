// SPDX-License-Identifier: MIT
/*
 * page_files.c - what visits brought, as files
 *
 * The octets are written as they came.  A URL's path is text from a stranger,
 * so only letters, digits and a few marks of it go into the name of a file;
 * all others become an underscore, and so does a dot that begins a part, which
 * leaves no way out of the folder.
 */

#include "cli/page_files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

#define PATH_ROOM 4096
#define PART_MAX  100 /* octets of one part of a path */

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

/* Append @text as a name that is safe; slashes stay if @is_path. */
static void put_safe(struct strbuf *out, const char *text, bool is_path)
{
	size_t part = 0;

	for (; *text; text++) {
		bool is_slash = is_path && *text == '/';

		if (is_slash && part) {
			strbuf_putc(out, '/');
			part = 0;
		} else if (!is_slash && part < PART_MAX) {
			bool is_bad =
				!is_plain(*text) || (*text == '.' && !part);

			strbuf_putc(out, is_bad ? '_' : *text);
			part++;
		}
	}
	if (is_path && !part)
		strbuf_puts(out, "index.html");
}

/* Make the folders of a file and write it. */
static int write_at(char *path, const struct lab_resource *r)
{
	char *end = strrchr(path, '/');
	int err;

	*end = '\0';
	err = cli_make_dirs(path);
	*end = '/';
	return err ? err : cli_write_file(path, r->body, r->len);
}

void page_files_write(void *arg, const struct lab_resource *r)
{
	struct page_files *files = arg;
	char path[PATH_ROOM];
	struct strbuf sb;
	int err;

	strbuf_init_fixed(&sb, path, sizeof(path));
	strbuf_printf(&sb, "%s/page/", files->dir);
	put_safe(&sb, r->host, false);
	strbuf_putc(&sb, '/');
	put_safe(&sb, r->path, true);
	err = sb.error ? -ENAMETOOLONG : write_at(path, r);
	if (err && !files->error)
		files->error = err;
	files->count += !err;
}
