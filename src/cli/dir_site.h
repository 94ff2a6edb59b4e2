/* SPDX-License-Identifier: MIT */
#ifndef CLI_DIR_SITE_H
#define CLI_DIR_SITE_H

/*
 * dir_site.h - the files below a directory of the disk, for a web server
 */

#include "base/mem.h"

#include "apps/http_source.h"

/**
 * dir_site_new() - Serve what lies below a directory
 * @dir:	Which
 * @mem:	For files that are open
 * @out:	The source; goes with dir_site_free()
 *
 * Files are read as they are asked for, piece by piece, however large.  A link
 * is followed as long as it stays below @dir.
 *
 * Return: 0, -ENOMEM, -ENOENT, -ENOTDIR, another -errno
 */
int dir_site_new(const char *dir, struct mem *mem, struct http_source **out);
void dir_site_free(struct http_source *source); /* NULL is fine */

#endif /* CLI_DIR_SITE_H */
