// SPDX-License-Identifier: MIT
/*
 * html.c - fuzz target: any octets as a page, and the links on it
 *
 * However broken a page is, the list of what it needs stays within its bounds
 * and names each URL once.
 */
#include "apps/html_links.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct html_links links;
	struct url page;
	struct mem mem;
	int rc;

	if (size < 1)
		return 0;
	check(url_parse(&page, "http://www.shop.test/news/", NULL) == 0);
	fuzz_mem_init(&mem, data[0]);
	rc = html_links_find(&links, &mem, &page, (const char *)data + 1,
			     size - 1);
	if (rc == 0)
		check(links.count <= HTML_LINKS_MAX);
	for (size_t i = 0; rc == 0 && i < links.count; i++)
		for (size_t j = 0; j < i; j++)
			check(!url_eq(&links.links[i].url,
				      &links.links[j].url));
	html_links_fini(&links);
	fuzz_mem_fini(&mem);
	return 0;
}
