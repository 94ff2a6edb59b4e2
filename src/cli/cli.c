// SPDX-License-Identifier: MIT
/*
 * cli.c - files, complaints and colour, for all subcommands
 */

#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int cli_usage(const char *command, const char *format, ...)
{
	va_list ap;

	fprintf(stderr, "weft %s: ", command);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fprintf(stderr, "\n(weft %s --help tells more)\n", command);
	return CLI_USAGE;
}

bool cli_number(const char *text, uint64_t max, uint64_t *v)
{
	char *end;

	errno = 0;
	*v = strtoull(text, &end, 10);
	return !errno && !*end && *text >= '0' && *text <= '9' && *v <= max;
}

static int read_all(int fd, struct strbuf *out)
{
	char buf[65536];

	for (;;) {
		ssize_t n = read(fd, buf, sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return out->error;
		strbuf_add(out, buf, (size_t)n);
	}
}

int cli_read_file(const char *path, struct strbuf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = read_all(fd, out);
	close(fd);
	return err;
}

int cli_write_file(const char *path, const void *buf, size_t len)
{
	FILE *f = fopen(path, "wbe");
	int err = 0;

	if (!f)
		return -errno;
	errno = 0;
	if (fwrite(buf, 1, len, f) != len)
		err = errno ? -errno : -EIO;
	if (fclose(f) && !err)
		err = -errno;
	return err;
}

int cli_make_dirs(const char *path)
{
	char part[4096];
	size_t i, len = strlen(path);
	struct stat st;

	if (len >= sizeof(part))
		return -ENAMETOOLONG;
	for (i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0777) && errno != EEXIST)
			return -errno;
	}
	if (stat(path, &st))
		return -errno;
	return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}
